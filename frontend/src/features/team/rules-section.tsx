import { useState } from 'react';
import { Button } from '../../components/button';
import { FailureNotice, Notice } from '../../components/notice';
import { useMembers, useTeams } from '../../hooks/workspace';
import { notify } from '../../lib/notices';
import type { Member, PhoneNumber, Rule, Workspace } from '../../lib/types';
import { t } from '../../words/en';
import { r } from '../../words/rules-en';
import { p } from '../../words/team-en';
import { useAct, useLoad, useRules, useWorkspaceCalls } from './endpoints';
import { Failure } from './question';
import { type Load, type RuleGiven, sentencesOf, type Target, targetsOf, turnedOn, waitingAt, whoTakes } from './rule-model';
import { RuleSheet } from './rule-sheet';
import styles from './team.module.css';
import { canManage, memberName } from './team-model';

interface Props {
  workspace: Workspace;
  numbers: readonly PhoneNumber[];
}

/** Who is given a new conversation: of each number and team what its rule does, who takes part now, and what waits. */
export default function RulesSection({ workspace, numbers }: Props) {
  const isManaged = canManage(workspace);
  const teams = useTeams(workspace.id);
  const members = useMembers(workspace.id).data ?? [];
  const load = useLoad(workspace.id, isManaged).data;
  const targets = targetsOf(numbers, teams.data ?? []);
  const rules = useRules(workspace.id, targets);
  const [open, setOpen] = useState<string | null>(null);
  if (targets.length === 0) return teams.isPending ? <p role="status">{t.loading}</p> : <Notice heading={r.none} detail={r.noneHint} />;
  return (
    <section className={styles.card} aria-label={p.sections.rules}>
      <p className={styles.hint}>{r.intro}</p>
      <ul className={styles.list}>
        {targets.map((target, index) => {
          const rule = rules[index];
          if (!rule?.data)
            return (
              <li key={target.key} className={styles.row}>
                {rule?.isError ? (
                  <FailureNotice error={rule.error} onRetry={() => void rule.refetch()} />
                ) : (
                  <p role="status">{t.loading}</p>
                )}
              </li>
            );
          return (
            <RuleRow
              key={target.key}
              target={target}
              rule={rule.data}
              load={load}
              members={members}
              workspace={workspace}
              isOpen={open === target.key}
              onOpen={(isOpen) => setOpen(isOpen ? target.key : null)}
            />
          );
        })}
      </ul>
    </section>
  );
}

interface RowProps {
  target: Target;
  rule: Rule;
  /** Undefined: it is not known, or the agent is not told. */
  load: Load | undefined;
  members: readonly Member[];
  workspace: Workspace;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
}

function RuleRow({ target, rule, load, members, workspace, isOpen, onOpen }: RowProps) {
  const isManaged = canManage(workspace);
  const calls = useWorkspaceCalls(workspace.id);
  const set = useAct((given: RuleGiven) => calls.setRule(target.key, given));
  const works = rule.mode !== 'manual';
  const turnOn = () =>
    set.mutate(turnedOn(rule), {
      onSuccess: () => notify(r.turnedOn(target.name), 'done', { name: r.undo, run: () => set.mutate(rule) }),
    });
  return (
    <li className={styles.row}>
      <div className={styles.who}>
        <bdi className={styles.name}>{target.name}</bdi>{' '}
        <span className={styles.tag} data-kind={works ? 'good' : undefined}>
          {works ? r.isOn : r.kinds[target.kind]}
        </span>
        {sentencesOf(rule, target.kind, load?.rules_set.includes(target.key) ?? true).map((sentence) => (
          <p key={sentence} className={styles.facts}>
            {sentence}
          </p>
        ))}
        {load && <Now rule={rule} target={target} members={members} load={load} />}
        <Failure error={set.error} />
      </div>
      {isManaged && (
        <>
          {!works && (
            <Button kind="primary" aria-label={r.onOf(target.name)} disabled={set.isPending} onClick={turnOn}>
              {r.on}
            </Button>
          )}
          <Button aria-label={p.changeOf(target.name)} onClick={() => onOpen(true)}>
            {p.change}
          </Button>
        </>
      )}
      {isOpen && isManaged && <RuleSheet target={target} rule={rule} workspaceId={workspace.id} onClose={() => onOpen(false)} />}
    </li>
  );
}

/** Who would be given the next one, how full they are, and what waits. */
function Now({ rule, target, members, load }: Pick<RowProps, 'rule' | 'target' | 'members'> & { load: Load }) {
  const waiting = waitingAt(target, load);
  const takers = whoTakes(rule, target, members, load);
  const works = rule.mode !== 'manual';
  return (
    <>
      {works && takers.length > 0 && (
        <ul className={styles.shares} aria-label={r.takers}>
          {takers.map(({ member, open, isFull }) => (
            <li key={member.user_id} className={styles.tag} data-kind={isFull ? 'bad' : undefined}>
              {r.share(memberName(member), open, rule.limit_per_agent)}
              {isFull && ` · ${r.full}`}
            </li>
          ))}
        </ul>
      )}
      {works && takers.every(({ isFull }) => isFull) && (
        <p role="status" className={styles.warning}>
          {takers.length === 0 ? r.nobody : r.allFull}
        </p>
      )}
      <p className={styles.facts}>{waiting > 0 ? r.waiting(waiting) : r.nobodyWaits}</p>
    </>
  );
}
