import type { components } from '../../lib/api-types';

type Schemas = components['schemas'];

export type Person = Schemas['Person'];
export type PersonChanges = Schemas['PersonChanges'];
export type Attribute = Schemas['Attribute'];
export type Value = string | number | boolean;

export const FIELDS = ['email', 'language', 'time_zone'] as const;
export type Field = (typeof FIELDS)[number];

/** What stands in the form, by field; an attribute stands under its key, with a point before it. */
export type Typed = Readonly<Record<string, string>>;

export const nameOf = (attribute: Attribute): string => `.${attribute.key}`;

/** A person's values as the form has them. */
export function typedFrom(person: Person, attributes: readonly Attribute[]): Typed {
  const fields = FIELDS.map((name) => [name, person[name] ?? '']);
  const values = attributes.map((attribute) => [nameOf(attribute), asTyped(valueOf(person, attribute))]);
  return Object.fromEntries([...fields, ...values]);
}

export function valueOf(person: Person, attribute: Attribute): Value | null {
  const value = person.attributes[attribute.key];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

const asTyped = (value: Value | null): string => (value === null ? '' : String(value));

/** What the server is asked to change: only what differs, each with what was seen of it. Null: nothing. */
export function changesOf(person: Person, attributes: readonly Attribute[], typed: Typed): PersonChanges | null {
  const before = typedFrom(person, attributes);
  const fields = FIELDS.filter((name) => typed[name]?.trim() !== before[name]);
  const changed = attributes.filter((attribute) => typed[nameOf(attribute)]?.trim() !== before[nameOf(attribute)]);
  if (fields.length + changed.length === 0) return null;
  const values = (of: (attribute: Attribute) => Value | null) =>
    Object.fromEntries(changed.map((attribute) => [attribute.key, of(attribute)]));
  return {
    ...Object.fromEntries(fields.map((name) => [name, typed[name]?.trim() || null])),
    attributes: values((attribute) => parsed(attribute, typed[nameOf(attribute)]?.trim() ?? '')),
    expected: {
      ...Object.fromEntries(fields.map((name) => [name, person[name]])),
      attributes: values((attribute) => valueOf(person, attribute)),
    },
  };
}

/** Of its type; what cannot be read goes as it was typed, and the server says what is wrong with it. */
function parsed({ type }: Attribute, typed: string): Value | null {
  if (typed === '') return null;
  if (type === 'bool') return typed === 'true';
  return type === 'number' && Number.isFinite(Number(typed)) ? Number(typed) : typed;
}

/** Only what a browser opens without running it; the server takes nothing else either. */
export const isLink = (value: Value): value is string => typeof value === 'string' && /^https?:\/\//i.test(value);
