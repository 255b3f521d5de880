import { type SubmitEvent, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { Notice } from '../../components/notice';
import { Sheet } from '../../components/sheet';
import { TextArea } from '../../components/text-area';
import { useAttributes } from '../../hooks/attributes';
import { useServices } from '../../hooks/services';
import type { components } from '../../lib/api-types';
import { ApiProblem, bodyOf } from '../../lib/api';
import { newId } from '../../lib/ids';
import type { Workspace } from '../../lib/types';
import { at } from '../../words/attributes-en';
import { p } from '../../words/team-en';
import { done, useAct } from './endpoints';
import { Loaded } from './loaded';
import { Failure, Question } from './question';
import styles from './team.module.css';
import { canManage } from './team-model';

type Attribute = components['schemas']['Attribute'];
type Given = components['schemas']['NewAttribute'];
type Changes = components['schemas']['AttributeChanges'];

const PATH = '/api/live-chat/workspaces/{workspace_id}/attributes';
const TYPES: readonly Attribute['type'][] = ['text', 'number', 'date', 'list', 'bool', 'link'];

/** What can be done to the attributes of a workspace, as calls. */
function useAttributeCalls(workspaceId: string) {
  const { api } = useServices();
  const path = { workspace_id: workspaceId };
  const one = (key: string) => ({ path: { ...path, attribute_key: key } });
  return {
    make: (body: Given) => bodyOf(api.POST(PATH, { params: { path, header: { 'Idempotency-Key': newId() } }, body })),
    change: (key: string, body: Changes) => bodyOf(api.PATCH(`${PATH}/{attribute_key}`, { params: one(key), body })),
    archive: (key: string) => done(api.DELETE(`${PATH}/{attribute_key}`, { params: one(key) })),
  };
}

/** What the team writes down of its customers, beside what every profile has. */
export function AttributesSection({ workspace }: { workspace: Workspace }) {
  const attributes = useAttributes(workspace.id);
  const [changed, setChanged] = useState<string | null>(null);
  const isManaged = canManage(workspace);
  return (
    <>
      {isManaged && <NewAttribute workspaceId={workspace.id} />}
      <Loaded query={attributes}>
        {(all) => {
          const open = all.find(({ key }) => key === changed);
          return (
            <section className={styles.card} aria-label={p.sections.attributes}>
              {all.length === 0 && <Notice heading={at.none} detail={at.noneHint} />}
              <ul className={styles.list}>
                {all.map((attribute) => (
                  <li key={attribute.key} className={styles.row}>
                    <div className={styles.who}>
                      <bdi className={styles.name}>{attribute.name}</bdi>
                      <p className={styles.facts}>
                        {at.types[attribute.type]} · <bdi dir="ltr">{attribute.key}</bdi>
                        {attribute.options && (
                          <>
                            {' · '}
                            <bdi>{attribute.options.join(', ')}</bdi>
                          </>
                        )}
                      </p>
                    </div>
                    {isManaged && (
                      <Button aria-label={p.changeOf(attribute.name)} onClick={() => setChanged(attribute.key)}>
                        {p.change}
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
              {open && isManaged && (
                <AttributeSheet key={open.key} attribute={open} workspaceId={workspace.id} onClose={() => setChanged(null)} />
              )}
            </section>
          );
        }}
      </Loaded>
    </>
  );
}

const given = (form: FormData, name: string): string => String(form.get(name) ?? '').trim();
const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

/** A key from a name in Latin letters; others are for the admin to write. */
const keyFrom = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 40);

function NewAttribute({ workspaceId }: { workspaceId: string }) {
  const make = useAct(useAttributeCalls(workspaceId).make);
  const [type, setType] = useState<Attribute['type']>('text');
  const [name, setName] = useState('');
  const [key, setKey] = useState<string | null>(null);
  const errors = make.error instanceof ApiProblem ? make.error.errors : {};
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const options = type === 'list' ? linesOf(given(new FormData(event.currentTarget), 'options')) : null;
    make.mutate(
      { key: key ?? keyFrom(name), name: name.trim(), type, options },
      {
        onSuccess: () => {
          setName('');
          setKey(null);
          setType('text');
        },
      },
    );
  };
  return (
    <form className={`${styles.card} ${styles.form}`} onSubmit={submit} aria-label={at.make}>
      <Field label={at.name} maxLength={100} required value={name} errors={errors.name} onChange={(event) => setName(event.target.value)} />
      <Field
        label={at.key}
        hint={at.keyHint}
        dir="ltr"
        maxLength={40}
        pattern="[a-z][a-z0-9_]*"
        required
        value={key ?? keyFrom(name)}
        errors={errors.key}
        onChange={(event) => setKey(event.target.value)}
      />
      <label className={styles.choice}>
        <span>{at.type}</span>
        <select className={styles.select} value={type} onChange={(event) => setType(event.target.value as Attribute['type'])}>
          {TYPES.map((one) => (
            <option key={one} value={one}>
              {at.types[one]}
            </option>
          ))}
        </select>
      </label>
      {type === 'list' && <Options errors={errors.options} />}
      <Failure error={Object.keys(errors).length > 0 ? null : make.error} />
      <div className={styles.actions}>
        <Button kind="primary" type="submit" disabled={make.isPending}>
          {at.make}
        </Button>
      </div>
    </form>
  );
}

function Options({ options = [], errors }: { options?: readonly string[]; errors?: string[] | undefined }) {
  return (
    <>
      <TextArea name="options" label={at.options} required dir="auto" defaultValue={options.join('\n')} errors={errors} />
      <p className={styles.hint}>{at.optionsHint}</p>
    </>
  );
}

interface SheetProps {
  attribute: Attribute;
  workspaceId: string;
  onClose: () => void;
}

function AttributeSheet({ attribute, workspaceId, onClose }: SheetProps) {
  const calls = useAttributeCalls(workspaceId);
  const [isAsked, setAsked] = useState(false);
  const change = useAct((body: Changes) => calls.change(attribute.key, body), p.saved);
  const archive = useAct(() => calls.archive(attribute.key), at.archived(attribute.name));
  if (isAsked)
    return (
      <Question
        heading={at.archiveHeading(attribute.name)}
        hint={at.archiveHint}
        act={at.archiveNow}
        isBusy={archive.isPending}
        error={archive.error}
        onAct={() => archive.mutate(undefined, { onSuccess: onClose })}
        onClose={() => setAsked(false)}
      />
    );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const options = attribute.type === 'list' ? { options: linesOf(given(data, 'options')) } : {};
    change.mutate({ name: given(data, 'name'), ...options }, { onSuccess: onClose });
  };
  return (
    <Sheet heading={attribute.name} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <Field name="name" label={at.name} defaultValue={attribute.name} maxLength={100} required />
        {attribute.options && <Options options={attribute.options} />}
        <Failure error={change.error} />
        <div className={styles.actions}>
          <Button kind="primary" type="submit" disabled={change.isPending}>
            {change.isPending ? p.saving : p.save}
          </Button>
          <Button onClick={() => setAsked(true)}>{at.archive}</Button>
        </div>
      </form>
    </Sheet>
  );
}
