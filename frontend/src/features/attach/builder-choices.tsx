import { Field } from '../../components/field';
import { newId } from '../../lib/ids';
import { BUILDER_LIMITS as MOST, type BuilderDraft } from '../../lib/interactive';
import { c } from '../../messages/compose-en';
import styles from './attach.module.css';
import { AddButton, Removable, Sentences } from './builder-parts';

export const newRow = () => ({ id: newId(), title: '', description: '' });

interface ButtonsProps {
  buttons: BuilderDraft['buttons'];
  errors: string[];
  errorsOf: (index: number) => string[];
  onChange: (buttons: BuilderDraft['buttons']) => void;
}

/** One to three buttons that answer. */
export function ButtonFields({ buttons, errors, errorsOf, onChange }: ButtonsProps) {
  return (
    <>
      {buttons.map((button, index) => (
        <Removable
          key={button.id}
          label={c.builder.removeButton(index + 1)}
          onRemove={buttons.length > 1 ? () => onChange(buttons.toSpliced(index, 1)) : undefined}
        >
          <Field
            label={c.builder.button(index + 1)}
            dir="auto"
            maxLength={MOST.buttonTitle}
            value={button.title}
            errors={errorsOf(index)}
            onChange={(event) => onChange(buttons.with(index, { ...button, title: event.target.value }))}
          />
        </Removable>
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

/** The sections and rows of a list. */
export function SectionFields({ sections, errors, errorsOf, onChange }: SectionsProps) {
  const count = sections.reduce((sum, section) => sum + section.rows.length, 0);
  return (
    <>
      {sections.map((section, at) => {
        const set = (change: Partial<(typeof sections)[number]>) => onChange(sections.with(at, { ...section, ...change }));
        return (
          <fieldset key={section.id} className={styles.section}>
            <legend>{c.builder.section(at + 1)}</legend>
            {sections.length > 1 && (
              <SectionTitle
                at={at}
                title={section.title}
                errors={errorsOf(`${at}.title`)}
                onChange={(title) => set({ title })}
                onRemove={() => onChange(sections.toSpliced(at, 1))}
              />
            )}
            {section.rows.map((row, index) => (
              <Removable
                key={row.id}
                label={c.builder.removeRow(index + 1)}
                onRemove={section.rows.length > 1 ? () => set({ rows: section.rows.toSpliced(index, 1) }) : undefined}
              >
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
              </Removable>
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

interface TitleProps {
  at: number;
  title: string;
  errors: string[];
  onChange: (title: string) => void;
  onRemove: () => void;
}

/** What a section is called, which WhatsApp wants to know where there are several. */
export function SectionTitle({ at, title, errors, onChange, onRemove }: TitleProps) {
  return (
    <Removable label={c.builder.removeSection(at + 1)} onRemove={onRemove}>
      <Field
        label={c.builder.sectionTitle}
        hint={c.builder.sectionHint}
        dir="auto"
        maxLength={MOST.sectionTitle}
        value={title}
        errors={errors}
        onChange={(event) => onChange(event.target.value)}
      />
    </Removable>
  );
}
