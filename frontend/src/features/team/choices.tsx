import type { ReactNode } from 'react';
import { numberName } from '../../lib/names';
import type { PhoneNumber } from '../../lib/types';
import { p } from '../../words/team-en';
import styles from './team.module.css';
import { ROLES, type Role, VISIBILITIES, type Visibility } from './team-model';

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  hint?: string;
  isDisabled?: boolean;
  onChange: (value: T) => void;
}

/** A labelled native select. */
export function Choice<T extends string>({ label, value, options, hint, isDisabled, onChange }: ChoiceProps<T>) {
  return (
    <label className={styles.choice}>
      <span>{label}</span>
      <select
        className={styles.select}
        value={value}
        disabled={isDisabled}
        onChange={(event) => onChange(event.target.value as T)}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
      {hint && <span className={styles.hint}>{hint}</span>}
    </label>
  );
}

export interface Rights {
  role: Role;
  visibility: Visibility;
  phone_number_ids: string[] | null;
}

interface RightsProps {
  value: Rights;
  numbers: readonly PhoneNumber[];
  onChange: (value: Rights) => void;
}

/** What somebody may do and see, of a member as of an invitation. */
export function RightsFields({ value, numbers, onChange }: RightsProps) {
  const chosen = value.phone_number_ids;
  const toggle = (id: string, isOn: boolean) =>
    onChange({ ...value, phone_number_ids: [...(chosen ?? []).filter((other) => other !== id), ...(isOn ? [id] : [])] });
  return (
    <>
      <Choice
        label={p.role}
        value={value.role}
        options={ROLES.map((role) => [role, p.roles[role]])}
        hint={p.roleHints[value.role]}
        onChange={(role) => onChange({ ...value, role })}
      />
      <Choice
        label={p.visibility}
        value={value.visibility}
        options={VISIBILITIES.map((each) => [each, p.visibilities[each]])}
        onChange={(visibility) => onChange({ ...value, visibility })}
      />
      <fieldset className={styles.group}>
        <legend>{p.numbers}</legend>
        <Line
          type="radio"
          isOn={chosen === null}
          onChange={() => onChange({ ...value, phone_number_ids: null })}
        >
          {p.allNumbers}
        </Line>
        <Line type="radio" isOn={chosen !== null} onChange={() => onChange({ ...value, phone_number_ids: chosen ?? [] })}>
          {p.someNumbers}
        </Line>
        {chosen !== null &&
          numbers.map((number) => (
            <Line
              key={number.phone_number_id}
              isOn={chosen.includes(number.phone_number_id)}
              onChange={(isOn) => toggle(number.phone_number_id, isOn)}
            >
              <bdi>{numberName(number)}</bdi>
            </Line>
          ))}
      </fieldset>
    </>
  );
}

/** Whether somebody is held to numbers, and none is chosen. */
export const lacksNumbers = (rights: Rights): boolean => rights.phone_number_ids?.length === 0;

interface LineProps {
  type?: 'checkbox' | 'radio';
  isOn: boolean;
  isDisabled?: boolean;
  onChange: (isOn: boolean) => void;
  children: ReactNode;
}

export function Line({ type = 'checkbox', isOn, isDisabled, onChange, children }: LineProps) {
  return (
    <label className={styles.line}>
      <input type={type} checked={isOn} disabled={isDisabled} onChange={(event) => onChange(event.target.checked)} />
      {children}
    </label>
  );
}
