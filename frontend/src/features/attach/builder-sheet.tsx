import { Plus, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { FramedPart } from '../../components/framed-part';
import { Sheet } from '../../components/sheet';
import { TextArea } from '../../components/text-area';
import { newId } from '../../lib/ids';
import {
  BUILDER_LIMITS as MOST,
  type BuilderDraft,
  type BuilderKind,
  hasFrame,
  interactivePart,
  isComplete,
} from '../../lib/interactive';
import { interactiveOf } from '../../lib/message-parts';
import { c } from '../../messages/compose-en';
import styles from './attach.module.css';
import { SheetFoot } from './sheet-foot';
import { type SheetProps, useSending } from './use-sending';

const newRow = () => ({ id: newId(), title: '', description: '' });
const newDraft = (): BuilderDraft => ({
  header: '',
  body: '',
  footer: '',
  buttons: [{ id: newId(), title: '' }],
  listButton: c.builder.listButtonDefault,
  sections: [{ id: newId(), title: '', rows: [newRow()] }],
  linkText: '',
  url: 'https://',
});

/** Builds buttons, a list, a link or a request, beside what the customer will see of it. */
export function BuilderSheet({ kind, onClose, ...sheet }: SheetProps & { kind: BuilderKind }) {
  const [draft, setDraft] = useState(newDraft);
  const { send, at, elsewhere, problem, isSending } = useSending(sheet);
  const set = (change: Partial<BuilderDraft>) => setDraft((known) => ({ ...known, ...change }));
  const part = interactivePart(kind, draft);
  const preview = useMemo(() => interactiveOf({ content: { interactive: part } }), [part]);
  const action = 'interactive.action';
  const isShown = (field: string) =>
    /^interactive\.(header|body|footer)\.text$/.test(field) ||
    /^interactive\.action\.(button|buttons(\.\d+\.reply\.title)?|parameters\.(display_text|url))$/.test(field) ||
    /^interactive\.action\.sections(\.\d+\.(title|rows\.\d+\.(title|description)))?$/.test(field);
  return (
    <Sheet
      isWide
      heading={c.builder.headings[kind]}
      onClose={onClose}
      footer={
        <SheetFoot
          problem={problem}
          more={elsewhere(isShown)}
          isSending={isSending}
          isReady={isComplete(kind, draft)}
          onClose={onClose}
          onSend={() => void send('interactive', part)}
        />
      }
    >
      <div className={styles.columns}>
        <div className={styles.form}>
          {hasFrame(kind) && (
            <Field
              label={c.builder.header}
              dir="auto"
              maxLength={MOST.header}
              value={draft.header}
              errors={at('interactive.header.text')}
              onChange={(event) => set({ header: event.target.value })}
            />
          )}
          <TextArea
            label={c.builder.body}
            dir="auto"
            maxLength={kind === 'list' ? MOST.listBody : MOST.body}
            value={draft.body}
            errors={at('interactive.body.text')}
            onChange={(event) => set({ body: event.target.value })}
          />
          {hasFrame(kind) && (
            <Field
              label={c.builder.footer}
              dir="auto"
              maxLength={MOST.footer}
              value={draft.footer}
              errors={at('interactive.footer.text')}
              onChange={(event) => set({ footer: event.target.value })}
            />
          )}
          {kind === 'button' && (
            <ButtonFields
              buttons={draft.buttons}
              errors={at(`${action}.buttons`)}
              errorsOf={(index) => at(`${action}.buttons.${index}.reply.title`)}
              onChange={(buttons) => set({ buttons })}
            />
          )}
          {kind === 'list' && (
            <>
              <Field
                label={c.builder.listButton}
                dir="auto"
                maxLength={MOST.listButton}
                value={draft.listButton}
                errors={at(`${action}.button`)}
                onChange={(event) => set({ listButton: event.target.value })}
              />
              <SectionFields
                sections={draft.sections}
                errors={at(`${action}.sections`)}
                errorsOf={(path) => at(`${action}.sections.${path}`)}
                onChange={(sections) => set({ sections })}
              />
            </>
          )}
          {kind === 'cta_url' && (
            <>
              <Field
                label={c.builder.linkText}
                dir="auto"
                maxLength={MOST.linkText}
                value={draft.linkText}
                errors={at(`${action}.parameters.display_text`)}
                onChange={(event) => set({ linkText: event.target.value })}
              />
              <Field
                label={c.builder.url}
                type="url"
                dir="ltr"
                value={draft.url}
                errors={at(`${action}.parameters.url`)}
                onChange={(event) => set({ url: event.target.value })}
              />
            </>
          )}
        </div>
        <section className={styles.preview} aria-label={c.preview}>
          <p className={styles.quiet}>{c.preview}</p>
          <div className={styles.bubble}>{preview && <FramedPart framed={preview} />}</div>
        </section>
      </div>
    </Sheet>
  );
}

interface ButtonsProps {
  buttons: BuilderDraft['buttons'];
  errors: string[];
  errorsOf: (index: number) => string[];
  onChange: (buttons: BuilderDraft['buttons']) => void;
}

function ButtonFields({ buttons, errors, errorsOf, onChange }: ButtonsProps) {
  return (
    <>
      {buttons.map((button, index) => (
        <div key={button.id} className={styles.removable}>
          <Field
            label={c.builder.button(index + 1)}
            dir="auto"
            maxLength={MOST.buttonTitle}
            value={button.title}
            errors={errorsOf(index)}
            onChange={(event) => onChange(buttons.with(index, { ...button, title: event.target.value }))}
          />
          {buttons.length > 1 && (
            <Button
              kind="icon"
              aria-label={c.builder.removeButton(index + 1)}
              onClick={() => onChange(buttons.toSpliced(index, 1))}
            >
              <X size={18} />
            </Button>
          )}
        </div>
      ))}
      <Sentences of={errors} />
      {buttons.length < MOST.buttons && (
        <AddButton label={c.builder.addButton} onClick={() => onChange([...buttons, { id: newId(), title: '' }])} />
      )}
    </>
  );
}

interface SectionsProps {
  sections: BuilderDraft['sections'];
  errors: string[];
  errorsOf: (path: string) => string[];
  onChange: (sections: BuilderDraft['sections']) => void;
}

function SectionFields({ sections, errors, errorsOf, onChange }: SectionsProps) {
  const count = sections.reduce((sum, section) => sum + section.rows.length, 0);
  return (
    <>
      {sections.map((section, at) => {
        const set = (change: Partial<(typeof sections)[number]>) => onChange(sections.with(at, { ...section, ...change }));
        return (
          <fieldset key={section.id} className={styles.section}>
            <legend>{c.builder.section(at + 1)}</legend>
            {sections.length > 1 && (
              <div className={styles.removable}>
                <Field
                  label={c.builder.sectionTitle}
                  hint={c.builder.sectionHint}
                  dir="auto"
                  maxLength={MOST.sectionTitle}
                  value={section.title}
                  errors={errorsOf(`${at}.title`)}
                  onChange={(event) => set({ title: event.target.value })}
                />
                <Button
                  kind="icon"
                  aria-label={c.builder.removeSection(at + 1)}
                  onClick={() => onChange(sections.toSpliced(at, 1))}
                >
                  <X size={18} />
                </Button>
              </div>
            )}
            {section.rows.map((row, index) => (
              <div key={row.id} className={styles.removable}>
                <div className={styles.pair}>
                  <Field
                    label={c.builder.row(index + 1)}
                    dir="auto"
                    maxLength={MOST.rowTitle}
                    value={row.title}
                    errors={errorsOf(`${at}.rows.${index}.title`)}
                    onChange={(event) => set({ rows: section.rows.with(index, { ...row, title: event.target.value }) })}
                  />
                  <Field
                    label={c.builder.rowDescription(index + 1)}
                    dir="auto"
                    maxLength={MOST.rowDescription}
                    value={row.description}
                    errors={errorsOf(`${at}.rows.${index}.description`)}
                    onChange={(event) =>
                      set({ rows: section.rows.with(index, { ...row, description: event.target.value }) })
                    }
                  />
                </div>
                {section.rows.length > 1 && (
                  <Button
                    kind="icon"
                    aria-label={c.builder.removeRow(index + 1)}
                    onClick={() => set({ rows: section.rows.toSpliced(index, 1) })}
                  >
                    <X size={18} />
                  </Button>
                )}
              </div>
            ))}
            {count < MOST.rows && (
              <AddButton label={c.builder.addRow} onClick={() => set({ rows: [...section.rows, newRow()] })} />
            )}
          </fieldset>
        );
      })}
      <Sentences of={errors} />
      {sections.length < MOST.sections && count < MOST.rows && (
        <AddButton
          label={c.builder.addSection}
          onClick={() => onChange([...sections, { id: newId(), title: '', rows: [newRow()] }])}
        />
      )}
    </>
  );
}

function AddButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button className={styles.inlineButton} onClick={onClick}>
      <Plus size={16} aria-hidden /> {label}
    </Button>
  );
}

function Sentences({ of }: { of: string[] }) {
  if (of.length === 0) return null;
  return (
    <p role="alert" className={styles.problem}>
      {of.join(' ')}
    </p>
  );
}
