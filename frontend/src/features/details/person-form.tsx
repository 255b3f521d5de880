import { type ReactNode, useId, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { useServices } from '../../hooks/services';
import { ApiProblem } from '../../lib/api';
import type { Conversation } from '../../lib/types';
import { isComposing } from '../../lib/typing';
import { t } from '../../words/en';
import { w } from '../../words/person-en';
import own from './person.module.css';
import { quickerThanUs, useChangePerson } from './person-endpoints';
import { type Attribute, changesOf, nameOf, type Person, typedFrom } from './person-model';
import { languageName } from './person-words';

interface Props {
  conversation: Conversation;
  person: Person;
  attributes: readonly Attribute[];
  onClose: () => void;
}

/** What is known of the customer, to be written: each field by its type. Only what was changed is sent. */
export function PersonForm({ conversation, person, attributes, onClose }: Props) {
  const { userId } = useServices();
  const change = useChangePerson(conversation);
  // What they saw when they began, until they have seen what somebody else made of it.
  const [seen, setSeen] = useState(person);
  const [typed, setTyped] = useState(() => typedFrom(person, attributes));
  const id = useId();
  const errors = change.error instanceof ApiProblem ? change.error.errors : {};
  const quicker = quickerThanUs(change.error);
  const put = (name: string) => (value: string) => setTyped((known) => ({ ...known, [name]: value }));
  const save = () => {
    if (change.isPending) return;
    const body = changesOf(seen, attributes, typed);
    if (body === null) return onClose();
    change.mutate(body, {
      onSuccess: onClose,
      onError: (error) => {
        const now = quickerThanUs(error);
        if (!now) return;
        // What they did not touch follows; what they typed stays.
        const before = typedFrom(seen, attributes);
        setTyped((mine) => ({
          ...mine,
          ...Object.fromEntries(Object.entries(typedFrom(now, attributes)).filter(([name]) => mine[name] === before[name])),
        }));
        setSeen(now);
      },
    });
  };
  const by = quicker?.changed_by;
  return (
    // Escape in any of its fields leaves it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      className={own.form}
      aria-label={w.editProfile}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (isComposing(event) || event.key !== 'Escape') return;
        event.stopPropagation();
        event.preventDefault();
        onClose();
      }}
    >
      <Field
        label={w.email}
        type="email"
        dir="ltr"
        maxLength={254}
        // The button that was pressed is gone; here one goes on.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        value={typed.email ?? ''}
        errors={errors.email}
        onChange={(event) => put('email')(event.target.value)}
      />
      <Field
        label={w.language}
        dir="ltr"
        list={`${id}-languages`}
        placeholder={TAG_EXAMPLE}
        maxLength={35}
        value={typed.language ?? ''}
        errors={errors.language}
        onChange={(event) => put('language')(event.target.value)}
      />
      <datalist id={`${id}-languages`}>
        {LANGUAGES.map((tag) => (
          <option key={tag} value={tag}>
            {languageName(tag)}
          </option>
        ))}
      </datalist>
      <Choice label={w.timeZone} value={typed.time_zone ?? ''} onChange={put('time_zone')} errors={errors.time_zone}>
        {zonesWith(typed.time_zone).map((zone) => (
          <option key={zone} value={zone}>
            {zone.replaceAll('_', ' ')}
          </option>
        ))}
      </Choice>
      {attributes.map((attribute) => (
        <Input
          key={attribute.key}
          attribute={attribute}
          value={typed[nameOf(attribute)] ?? ''}
          errors={errors[`attributes.${attribute.key}`]}
          onChange={put(nameOf(attribute))}
        />
      ))}
      {quicker && (
        <p role="alert" className={own.warning}>
          {w.quicker(by && by.user_id !== userId ? (by.name ?? w.somebody) : w.somebody)}
        </p>
      )}
      {change.error && !quicker && (
        <p role="alert" className={own.failure}>
          {Object.keys(errors).length > 0 ? w.lookAbove : change.error.message}
        </p>
      )}
      <div className={own.actions}>
        <Button onClick={onClose}>{t.cancel}</Button>
        <Button kind="primary" type="submit" disabled={change.isPending}>
          {change.isPending ? w.saving : quicker ? w.saveAnyway : w.save}
        </Button>
      </div>
    </form>
  );
}

interface InputProps {
  attribute: Attribute;
  value: string;
  errors?: string[] | undefined;
  onChange: (value: string) => void;
}

function Input({ attribute, value, errors, onChange }: InputProps) {
  const { name, type, options } = attribute;
  if (type === 'list' || type === 'bool') {
    const all: (readonly [string, string])[] =
      type === 'bool' ? [['true', w.yes], ['false', w.no]] : (options ?? []).map((option) => [option, option]);
    // One that is offered no more stays until another is chosen.
    if (value !== '' && !all.some(([option]) => option === value)) all.push([value, value]);
    return (
      <Choice label={name} value={value} errors={errors} onChange={onChange}>
        {all.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </Choice>
    );
  }
  const kinds = { text: {}, number: { type: 'number', step: 'any' }, date: { type: 'date' }, link: { type: 'url', dir: 'ltr', placeholder: 'https://' } };
  return (
    <Field
      label={name}
      dir="auto"
      maxLength={type === 'link' ? 2048 : 500}
      {...kinds[type]}
      value={value}
      errors={errors}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  errors?: string[] | undefined;
  onChange: (value: string) => void;
  children: ReactNode;
}

function Choice({ label, value, errors = [], onChange, children }: ChoiceProps) {
  const id = useId();
  return (
    <div className={own.choice}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className={own.select}
        value={value}
        aria-invalid={errors.length > 0 || undefined}
        aria-describedby={errors.length > 0 ? `${id}-errors` : undefined}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{w.none}</option>
        {children}
      </select>
      {errors.length > 0 && (
        <p id={`${id}-errors`} role="alert" className={own.failure}>
          {errors.join(' ')}
        </p>
      )}
    </div>
  );
}

// Only offered: any tag can be typed.
const TAG_EXAMPLE = 'pt-BR';
const LANGUAGES = ['ar', 'de', 'en', 'en-GB', 'en-US', 'es', 'es-AR', 'es-MX', 'fr', 'hi', 'id', 'it', 'mr', 'pt-BR', 'pt-PT', 'ru', 'sw', 'th', 'tr', 'zh-CN'];

/** Those that the browser knows, and the one that is chosen. */
function zonesWith(chosen: string | undefined): string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return chosen && !known.includes(chosen) ? [chosen, ...known] : known;
}
