import { Paperclip } from 'lucide-react';
import { type SubmitEvent, useRef, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { Notice } from '../../components/notice';
import { Sheet } from '../../components/sheet';
import { TextArea } from '../../components/text-area';
import { useAttributes } from '../../hooks/attributes';
import { useCanned } from '../../hooks/canned';
import { useTeams } from '../../hooks/workspace';
import { ApiProblem } from '../../lib/api';
import type { CannedReply, Team, Workspace } from '../../lib/types';
import { p } from '../../words/team-en';
import { useAct, useWorkspaceCalls } from './endpoints';
import { Loaded } from './loaded';
import { Failure, Question } from './question';
import styles from './team.module.css';
import { canManage } from './team-model';

/** Names of what is filled in, as the server knows them. */
const VARIABLES: readonly string[] = ['contact.first_name|there', 'contact.name', 'agent.name', 'number.name', 'today'];

/** What is answered often. An agent has their own; what the workspace and its teams have, admins write. */
export function CannedSection({ workspace }: { workspace: Workspace }) {
  const canned = useCanned(workspace.id);
  const teams = useTeams(workspace.id).data ?? [];
  const [open, setOpen] = useState<string | null>(null);
  const mayWrite = (one: CannedReply) => canManage(workspace) || one.scope === 'personal';
  return (
    <>
      {workspace.role !== 'viewer' && (
        <div className={styles.actions}>
          <Button kind="primary" onClick={() => setOpen('')}>
            {p.newCanned}
          </Button>
        </div>
      )}
      {open === '' && <CannedSheet workspace={workspace} teams={teams} onClose={() => setOpen(null)} />}
      <Loaded query={canned}>
        {(all) => {
          const shown = all.find(({ id }) => id === open);
          return (
            <section className={styles.card} aria-label={p.sections.canned}>
              {all.length === 0 && <Notice heading={p.noCanned} detail={p.noCannedHint} />}
              <ul className={styles.list}>
                {all.map((one) => (
                  <li key={one.id} className={styles.row}>
                    <div className={styles.who}>
                      <bdi className={styles.name}>
                        /{one.shortcut} · {one.title}
                      </bdi>
                      <p className={styles.facts} dir="auto">
                        {one.media.length > 0 && <Paperclip size={14} aria-label={p.hasFiles} />} {one.body}
                      </p>
                      <p className={styles.facts}>{whose(one, teams)}</p>
                    </div>
                    {mayWrite(one) && (
                      <Button aria-label={p.changeOf(one.title)} onClick={() => setOpen(one.id)}>
                        {p.change}
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
              {shown && mayWrite(shown) && (
                <CannedSheet key={shown.id} canned={shown} workspace={workspace} teams={teams} onClose={() => setOpen(null)} />
              )}
            </section>
          );
        }}
      </Loaded>
    </>
  );
}

function whose({ scope, team_id }: CannedReply, teams: readonly Team[]): string {
  if (scope === 'personal') return p.cannedOwn;
  if (scope === 'workspace') return p.cannedAll;
  return p.cannedTeam(teams.find(({ id }) => id === team_id)?.name ?? '');
}

interface SheetProps {
  /** Left out: a new one is made. */
  canned?: CannedReply;
  workspace: Workspace;
  teams: readonly Team[];
  onClose: () => void;
}

function CannedSheet({ canned, workspace, teams, onClose }: SheetProps) {
  const calls = useWorkspaceCalls(workspace.id);
  const attributes = useAttributes(workspace.id).data ?? [];
  const variables = [...VARIABLES, ...attributes.filter(({ type }) => type !== 'bool').map(({ key }) => `contact.${key}`)];
  const [isAsked, setAsked] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  const save = useAct(
    (asked: Parameters<typeof calls.makeCanned>[0]) =>
      canned === undefined ? calls.makeCanned(asked) : calls.changeCanned(canned.id, asked),
    p.saved,
  );
  const archive = useAct(() => calls.archiveCanned(canned?.id ?? ''), p.cannedArchived(canned?.title ?? ''));
  if (isAsked)
    return (
      <Question
        heading={p.archiveCannedHeading(canned?.title ?? '')}
        hint={p.archiveCannedHint}
        act={p.deleteNow}
        isBusy={archive.isPending}
        error={archive.error}
        onAct={() => archive.mutate(undefined, { onSuccess: onClose })}
        onClose={() => setAsked(false)}
      />
    );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const given = (name: string) => String(data.get(name) ?? '');
    const [scope, teamId = null] = given('whose').split(':');
    save.mutate(
      {
        scope: scope as CannedReply['scope'],
        team_id: teamId,
        shortcut: given('shortcut'),
        title: given('title'),
        body: given('body'),
      },
      { onSuccess: onClose },
    );
  };
  const insert = (name: string) => {
    const field = body.current?.querySelector('textarea');
    if (!field) return;
    field.setRangeText(`{{${name}}}`, field.selectionStart, field.selectionEnd, 'end');
    field.focus();
  };
  const errors = save.error instanceof ApiProblem ? save.error.errors : {};
  const isShared = canManage(workspace);
  const now = canned?.scope === 'team' ? `team:${canned.team_id}` : (canned?.scope ?? (isShared ? 'workspace' : 'personal'));
  return (
    <Sheet heading={canned?.title ?? p.newCanned} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <Field name="title" label={p.cannedTitle} defaultValue={canned?.title} maxLength={100} required errors={errors.title} />
        <Field
          name="shortcut"
          label={p.shortcut}
          hint={p.shortcutHint}
          before="/"
          defaultValue={canned?.shortcut}
          maxLength={50}
          required
          errors={errors.shortcut}
        />
        <div ref={body}>
          <TextArea
            name="body"
            label={p.cannedBody}
            dir="auto"
            rows={6}
            maxLength={4096}
            defaultValue={canned?.body}
            errors={errors.body}
          />
        </div>
        <fieldset className={styles.group}>
          <legend>{p.variables}</legend>
          <div className={styles.actions}>
            {variables.map((name) => (
              <Button key={name} onClick={() => insert(name)}>
                <bdi dir="ltr">{`{{${name}}}`}</bdi>
              </Button>
            ))}
          </div>
          <p className={styles.hint}>{p.variablesHint}</p>
        </fieldset>
        {isShared && (
          <label className={styles.choice}>
            {p.cannedFor}
            <select name="whose" className={styles.select} defaultValue={now}>
              <option value="workspace">{p.cannedAll}</option>
              {teams.map(({ id, name }) => (
                <option key={id} value={`team:${id}`}>
                  {p.cannedTeam(name)}
                </option>
              ))}
              <option value="personal">{p.cannedOwn}</option>
            </select>
          </label>
        )}
        {!isShared && <input type="hidden" name="whose" value={now} />}
        <Failure error={save.error} />
        <div className={styles.actions}>
          <Button kind="primary" type="submit" disabled={save.isPending}>
            {save.isPending ? p.saving : p.save}
          </Button>
          {canned !== undefined && <Button onClick={() => setAsked(true)}>{p.deleteTeam}</Button>}
        </div>
      </form>
    </Sheet>
  );
}
