import { useState } from 'react';
import { Avatar } from '../../components/avatar';
import { Button } from '../../components/button';
import { WithPresence } from '../../components/with-presence';
import { numberName } from '../../lib/names';
import { useMembers, useTeams } from '../../hooks/workspace';
import type { Member, PhoneNumber, Team, Workspace } from '../../lib/types';
import { p } from '../../words/team-en';
import { Loaded } from './loaded';
import { MemberSheet } from './member-sheet';
import styles from './team.module.css';
import { actsOn, inOrder, memberName } from './team-model';

interface Props {
  workspace: Workspace;
  numbers: readonly PhoneNumber[];
  userId: string;
  onLeft: () => void;
}

/** The people of the workspace: what each may do, sees and is in. */
export function MembersSection({ workspace, numbers, userId, onLeft }: Props) {
  const members = useMembers(workspace.id);
  const teams = useTeams(workspace.id).data ?? [];
  const [changed, setChanged] = useState<string | null>(null);
  return (
    <Loaded query={members}>
      {(all) => {
        const open = all.find((member) => member.user_id === changed);
        return (
          <section className={styles.card} aria-label={p.sections.members}>
            <h3 className={styles.subheading}>{p.people(all.length)}</h3>
            <ul className={styles.list}>
              {inOrder(all, userId).map((member) => {
                const acts = actsOn(member, workspace, userId);
                return (
                  <li key={member.user_id} className={styles.row}>
                    <Picture member={member} />
                    <Facts member={member} teams={teams} numbers={numbers} isSelf={acts.isSelf} />
                    {(acts.name || acts.leave || acts.makeOwner) && (
                      <Button aria-label={p.changeOf(memberName(member))} onClick={() => setChanged(member.user_id)}>
                        {p.change}
                      </Button>
                    )}
                  </li>
                );
              })}
            </ul>
            {open && (
              <MemberSheet
                key={open.user_id}
                member={open}
                members={all}
                workspace={workspace}
                numbers={numbers}
                userId={userId}
                onLeft={onLeft}
                onClose={() => setChanged(null)}
              />
            )}
          </section>
        );
      }}
    </Loaded>
  );
}

function Picture({ member }: { member: Member }) {
  const picture = <Avatar name={memberName(member)} id={member.user_id} size={40} />;
  // Who may not come in is not to be waited for.
  return member.state === 'active' ? <WithPresence presence={member.presence}>{picture}</WithPresence> : picture;
}

interface FactsProps {
  member: Member;
  teams: readonly Team[];
  numbers: readonly PhoneNumber[];
  isSelf: boolean;
}

function Facts({ member, teams, numbers, isSelf }: FactsProps) {
  const inTeams = teams.filter((team) => member.team_ids.includes(team.id)).map((team) => team.name);
  const known = new Map(numbers.map((number) => [number.phone_number_id, numberName(number)]));
  const onNumbers = member.phone_number_ids?.map((id) => known.get(id) ?? id) ?? null;
  const list = (names: readonly string[]) => names.join(', ');
  return (
    <div className={styles.who}>
      <p>
        <bdi className={styles.name}>{memberName(member)}</bdi>
        {isSelf && ` (${p.you})`} <Standing member={member} />
      </p>
      {member.email !== null && member.name !== null && (
        <p className={styles.facts}>
          <bdi>{member.email}</bdi>
        </p>
      )}
      <p className={styles.facts}>
        {p.visibilities[member.visibility]}
        {onNumbers !== null && ` · ${p.onNumbers(list(onNumbers))}`}
        {inTeams.length > 0 && ` · ${p.inTeams(list(inTeams))}`}
      </p>
    </div>
  );
}

function Standing({ member }: { member: Member }) {
  return (
    <>
      <span className={styles.tag}>{member.is_owner ? p.owner : p.roles[member.role]}</span>{' '}
      {member.state === 'suspended' ? (
        <span className={styles.tag} data-kind="bad">
          {p.suspended}
        </span>
      ) : (
        <span className={styles.tag} data-kind={member.availability === 'available' ? 'good' : undefined}>
          {p.availability[member.availability]}
        </span>
      )}
    </>
  );
}
