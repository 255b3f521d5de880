import type { ReactNode } from 'react';
import { Field } from '../../components/field';
import { c } from '../../words/compose-en';
import styles from './attach.module.css';
import { AddButton, Removable, Sentences } from './builder-parts';
import { BUILDER_LIMITS as MOST } from './interactive';

interface Props<Section, Part> {
  sections: Section[];
  partsOf: (section: Section) => Part[];
  withParts: (section: Section, parts: Part[]) => Section;
  newPart: () => Part;
  newSection: () => Section;
  /** In all sections together. */
  mostParts: number;
  labels: { add: string; remove: (number: number) => string };
  errors: string[];
  errorsOf: (path: string) => string[];
  onChange: (sections: Section[]) => void;
  renderPart: (part: Part, place: { section: number; index: number }, set: (part: Part) => void) => ReactNode;
}

/** Sections with parts, of which there is always one: the rows of a list, or products. */
export function Sections<Section extends { id: string; title: string }, Part extends { id: string }>(
  props: Props<Section, Part>,
) {
  const { sections, partsOf, withParts, newPart, newSection, mostParts, labels, errors, errorsOf, onChange } = props;
  const hasRoom = sections.reduce((sum, section) => sum + partsOf(section).length, 0) < mostParts;
  return (
    <>
      {sections.map((section, at) => {
        const parts = partsOf(section);
        const set = (changed: Section) => onChange(sections.with(at, changed));
        const setParts = (changed: Part[]) => set(withParts(section, changed));
        return (
          <fieldset key={section.id} className={styles.section}>
            <legend>{c.builder.section(at + 1)}</legend>
            {sections.length > 1 && (
              <SectionTitle
                at={at}
                title={section.title}
                errors={errorsOf(`${at}.title`)}
                onChange={(title) => set({ ...section, title })}
                onRemove={() => onChange(sections.toSpliced(at, 1))}
              />
            )}
            {parts.map((part, index) => (
              <Removable
                key={part.id}
                label={labels.remove(index + 1)}
                onRemove={parts.length > 1 ? () => setParts(parts.toSpliced(index, 1)) : undefined}
              >
                {props.renderPart(part, { section: at, index }, (changed) => setParts(parts.with(index, changed)))}
              </Removable>
            ))}
            {hasRoom && <AddButton label={labels.add} onClick={() => setParts([...parts, newPart()])} />}
          </fieldset>
        );
      })}
      <Sentences of={errors} />
      {sections.length < MOST.sections && hasRoom && (
        <AddButton label={c.builder.addSection} onClick={() => onChange([...sections, newSection()])} />
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
function SectionTitle({ at, title, errors, onChange, onRemove }: TitleProps) {
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
