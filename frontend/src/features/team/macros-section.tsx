import { useState } from 'react';
import { Button } from '../../components/button';
import { Notice } from '../../components/notice';
import { useMacros } from '../../hooks/macros';
import { useTeams } from '../../hooks/workspace';
import type { Macro, Team, Workspace } from '../../lib/types';
import { x } from '../../words/macros-en';
import { p } from '../../words/team-en';
import { Loaded } from './loaded';
import { MacroSheet } from './macro-sheet';
import styles from './team.module.css';
import { canManage } from './team-model';

/** What is done often in several steps. An agent has their own; what the workspace and its teams have, admins write. */
export default function MacrosSection({ workspace }: { workspace: Workspace }) {
  const macros = useMacros(workspace.id);
  const teams = useTeams(workspace.id).data ?? [];
  const [open, setOpen] = useState<string | null>(null);
  const mayWrite = (one: Macro) => workspace.role !== 'viewer' && (canManage(workspace) || one.scope === 'personal');
  const close = () => setOpen(null);
  return (
    <>
      {workspace.role !== 'viewer' && (
        <div className={styles.actions}>
          <Button kind="primary" onClick={() => setOpen('')}>
            {x.make}
          </Button>
        </div>
      )}
      {open === '' && <MacroSheet workspace={workspace} teams={teams} onClose={close} />}
      <Loaded query={macros}>
        {(all) => {
          const shown = all.find(({ id }) => id === open);
          return (
            <section className={styles.card} aria-label={x.heading}>
              {all.length === 0 && <Notice heading={x.none} detail={x.noneHint} />}
              <ul className={styles.list}>
                {all.map((one) => (
                  <li key={one.id} className={styles.row}>
                    <div className={styles.who}>
                      <bdi className={styles.name}>{one.name}</bdi>
                      <p className={styles.facts}>{one.steps.map(({ action }) => x.actions[action]).join(' · ')}</p>
                      <p className={styles.facts}>{whose(one, teams)}</p>
                    </div>
                    {mayWrite(one) && (
                      <Button aria-label={p.changeOf(one.name)} onClick={() => setOpen(one.id)}>
                        {p.change}
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
              {shown && mayWrite(shown) && (
                <MacroSheet key={shown.id} macro={shown} workspace={workspace} teams={teams} onClose={close} />
              )}
            </section>
          );
        }}
      </Loaded>
    </>
  );
}

function whose({ scope, team_id }: Macro, teams: readonly Team[]): string {
  if (scope === 'personal') return p.cannedOwn;
  if (scope === 'workspace') return p.cannedAll;
  return p.cannedTeam(teams.find(({ id }) => id === team_id)?.name ?? '');
}
