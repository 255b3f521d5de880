import { Field } from '../../components/field';
import { newId } from '../../lib/ids';
import { c } from '../../words/compose-en';
import styles from './attach.module.css';
import { AddButton, Removable, Sentences } from './builder-parts';
import { Sections } from './builder-sections';
import { BUILDER_LIMITS as MOST, type BuilderDraft } from './interactive';

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
  return (
    <Sections
      sections={sections}
      partsOf={(section) => section.rows}
      withParts={(section, rows) => ({ ...section, rows })}
      newPart={newRow}
      newSection={() => ({ id: newId(), title: '', rows: [newRow()] })}
      mostParts={MOST.rows}
      labels={{ add: c.builder.addRow, remove: c.builder.removeRow }}
      errors={errors}
      errorsOf={errorsOf}
      onChange={onChange}
      renderPart={(row, { section, index }, set) => (
        <div className={styles.pair}>
          <Field
            label={c.builder.row(index + 1)}
            dir="auto"
            maxLength={MOST.rowTitle}
            value={row.title}
            errors={errorsOf(`${section}.rows.${index}.title`)}
            onChange={(event) => set({ ...row, title: event.target.value })}
          />
          <Field
            label={c.builder.rowDescription(index + 1)}
            dir="auto"
            maxLength={MOST.rowDescription}
            value={row.description}
            errors={errorsOf(`${section}.rows.${index}.description`)}
            onChange={(event) => set({ ...row, description: event.target.value })}
          />
        </div>
      )}
    />
  );
}
