import { type SubmitEvent, useId, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { Sheet } from '../../components/sheet';
import { ApiProblem } from '../../lib/api';
import type { Rule } from '../../lib/types';
import { t } from '../../words/en';
import { r } from '../../words/rules-en';
import { p } from '../../words/team-en';
import { Choice, Line } from './choices';
import { useAct, useWorkspaceCalls } from './endpoints';
import { Failure } from './question';
import { MODES, REOPENS, type RuleGiven, sentencesOf, type Target } from './rule-model';
import styles from './team.module.css';

// What is offered where there was no timer, or it gave a conversation to nobody else.
const FIRST_MINUTES = 15;
const FIRST_BOUNCES = 3;

interface Props {
  target: Target;
  rule: Rule;
  workspaceId: string;
  onClose: () => void;
}

/** All that a rule can be told, with what it will do said beneath while it is chosen. */
export function RuleSheet({ target, rule, workspaceId, onClose }: Props) {
  const formId = useId();
  const calls = useWorkspaceCalls(workspaceId);
  const [wanted, setWanted] = useState(rule);
  const change = (part: Partial<Rule>) => setWanted({ ...wanted, ...part });
  const save = useAct((given: RuleGiven) => calls.setRule(target.key, given), r.saved(target.name));
  const errors = save.error instanceof ApiProblem ? save.error.errors : {};
  const works = wanted.mode !== 'manual';
  const hasTimer = wanted.reply_minutes !== null;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate(wanted, { onSuccess: onClose });
  };
  return (
    <Sheet
      heading={r.heading(target.name)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={save.isPending}>
            {p.save}
          </Button>
        </>
      }
    >
      <form id={formId} className={styles.form} onSubmit={submit}>
        <Choice
          label={r.mode}
          value={wanted.mode}
          options={MODES.map((each) => [each, r.modes[each]])}
          onChange={(mode) => change({ mode })}
        />
        {works && (
          <>
            <Field
              type="number"
              label={r.limit}
              hint={r.limitHint}
              min={1}
              max={1000}
              required
              value={numberIn(wanted.limit_per_agent)}
              errors={errors.limit_per_agent}
              onChange={(event) => change({ limit_per_agent: event.target.valueAsNumber })}
            />
            <Line isOn={wanted.need_presence} onChange={(need_presence) => change({ need_presence })}>
              {r.presence}
            </Line>
            <Choice
              label={r.reopen}
              value={wanted.reopen}
              options={REOPENS.map((each) => [each, r.reopens[each]])}
              onChange={(reopen) => change({ reopen })}
            />
            <div>
              <Line
                isOn={hasTimer}
                onChange={(isOn) =>
                  change({ reply_minutes: isOn ? FIRST_MINUTES : null, ...(wanted.max_bounces === 0 && { max_bounces: FIRST_BOUNCES }) })
                }
              >
                {r.timer}
              </Line>
              {hasTimer && (
                <div className={styles.inline}>
                  <Field
                    type="number"
                    label={r.minutes}
                    min={1}
                    max={7 * 24 * 60}
                    required
                    value={numberIn(wanted.reply_minutes ?? FIRST_MINUTES)}
                    errors={errors.reply_minutes}
                    onChange={(event) => change({ reply_minutes: event.target.valueAsNumber })}
                  />
                  <Field
                    type="number"
                    label={r.bouncesField}
                    min={0}
                    max={100}
                    required
                    value={numberIn(wanted.max_bounces)}
                    errors={errors.max_bounces}
                    onChange={(event) => change({ max_bounces: event.target.valueAsNumber })}
                  />
                </div>
              )}
            </div>
          </>
        )}
        <section aria-label={r.does} aria-live="polite">
          <h3 className={styles.subheading}>{r.does}</h3>
          {isWhole(wanted) && sentencesOf(wanted, target.kind, true).map((sentence) => <p key={sentence}>{sentence}</p>)}
        </section>
        <Failure error={save.error} />
      </form>
    </Sheet>
  );
}

/** A field that was emptied stays empty: the browser asks for a number. */
const numberIn = (value: number): number | '' => (Number.isNaN(value) ? '' : value);

const isWhole = ({ limit_per_agent, reply_minutes, max_bounces }: Rule): boolean =>
  ![limit_per_agent, reply_minutes ?? 0, max_bounces].some(Number.isNaN);
