import { TriangleAlert } from 'lucide-react';
import { dayAndHour } from '../../lib/format';
import { lookUp } from '../../lib/lookup';
import type { MacroPreview } from '../../lib/types';
import { x } from '../../words/macros-en';
import styles from './run-macro.module.css';

type Step = MacroPreview['steps'][number];
type Change = Step['changes'][number];
type Message = Step['messages'][number];

/** Each step of a preview: what changes, what is written and sent, and why it cannot be done. */
export function MacroSteps({ preview: { steps, problems } }: { preview: MacroPreview }) {
  return (
    <ol className={styles.steps}>
      {steps.map((step, number) => {
        const hindered = problems.filter((problem) => problem.step === number);
        return (
          // Steps are known by their place.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={number} data-hindered={hindered.length > 0 || undefined}>
            <span className={styles.action}>{lookUp(x.actions, step.action) ?? step.action}</span>
            {[...linesOf(step)].map((line) => (
              <p key={line} dir="auto">
                {line}
              </p>
            ))}
            {step.note !== null && (
              <p dir="auto" className={styles.note}>
                {step.note}
              </p>
            )}
            {step.messages.map((message, place) => (
              // oxlint-disable-next-line react/no-array-index-key
              <p key={place} dir="auto" className={styles.message}>
                {saidBy(message)}
              </p>
            ))}
            {hindered.map((problem) => (
              <p key={problem.code} role="alert" className={styles.problem}>
                <TriangleAlert size={16} aria-hidden /> {problem.detail}
              </p>
            ))}
          </li>
        );
      })}
    </ol>
  );
}

function linesOf(step: Step): Set<string> {
  const lines = step.changes.map(lineOf).filter((line) => line !== null);
  const isBare = step.changes.length === 0 && step.note === null && step.messages.length === 0;
  return new Set(isBare && step.action !== 'send' ? [x.soAlready] : lines);
}

const nameIn = (value: unknown): string | null => {
  if (typeof value !== 'object' || value === null) return null;
  const name: unknown = Reflect.get(value, 'name');
  return typeof name === 'string' ? name : x.somebody;
};

function lineOf({ field, from, to }: Change): string | null {
  switch (field) {
    case 'status':
      // When it ends says more.
      return to === 'snoozed' ? null : x.status(lookUp(x.statuses, String(to)) ?? String(to));
    case 'snooze': {
      if (to === null) return null;
      const until: unknown = Reflect.get(to as object, 'snoozed_until');
      return x.snoozedUntil(typeof until === 'string' ? dayAndHour(until) : null);
    }
    case 'assignee':
      return x.assignee(nameIn(to));
    case 'team':
      return x.team(nameIn(to));
    case 'person': {
      const value: unknown = Reflect.get(to as object, 'value');
      const shown = typeof value === 'boolean' ? (value ? x.yes : x.no) : value === null ? null : String(value as string | number);
      return x.known(nameIn(Reflect.get(to as object, 'attribute')) ?? '', shown);
    }
    case 'label': {
      const [was, becomes] = [nameIn(from), nameIn(to)];
      if (becomes === null) return x.unlabelled(was ?? '');
      return was === null ? x.labelled(becomes) : x.relabelled(was, becomes);
    }
  }
}

const saidBy = ({ text, message_type }: Message): string => text ?? (message_type === 'interactive' ? x.sends : x.file);
