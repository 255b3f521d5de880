import { type SubmitEvent, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { Notice } from '../../components/notice';
import { Sheet } from '../../components/sheet';
import { useMembers, useTeams } from '../../hooks/workspace';
import type { Member, Team, Workspace } from '../../lib/types';
import { p } from '../../words/team-en';
import { Line } from './choices';
import { useAct, useWorkspaceCalls } from './endpoints';
import { Loaded } from './loaded';
import { Failure, Question } from './question';
import styles from './team.module.css';
import { canManage, inOrder, memberName } from './team-model';

interface Props {
  workspace: Workspace;
  userId: string;
}

/** Members who take conversations together. */
export function TeamsSection({ workspace, userId }: Props) {
  const teams = useTeams(workspace.id);
  const members = inOrder(useMembers(workspace.id).data ?? [], userId);
  const [changed, setChanged] = useState<string | null>(null);
  const isManaged = canManage(workspace);
  return (
    <>
      {isManaged && <NewTeam workspaceId={workspace.id} onMade={(team) => setChanged(team.id)} />}
      <Loaded query={teams}>
        {(all) => {
          const open = all.find((team) => team.id === changed);
          return (
            <section className={styles.card} aria-label={p.sections.teams}>
              {all.length === 0 && <Notice heading={p.noTeams} detail={p.noTeamsHint} />}
              <ul className={styles.list}>
                {all.map((team) => (
                  <li key={team.id} className={styles.row}>
                    <div className={styles.who}>
                      <bdi className={styles.name}>{team.name}</bdi>
                      <p className={styles.facts}>{namesIn(team, members)}</p>
                    </div>
                    {isManaged && (
                      <Button aria-label={p.changeOf(team.name)} onClick={() => setChanged(team.id)}>
                        {p.change}
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
              {open && isManaged && (
                <TeamSheet
                  key={open.id}
                  team={open}
                  members={members}
                  workspaceId={workspace.id}
                  onClose={() => setChanged(null)}
                />
              )}
            </section>
          );
        }}
      </Loaded>
    </>
  );
}

function namesIn(team: Team, members: readonly Member[]): string {
  const names = members.filter((member) => team.member_ids.includes(member.user_id)).map(memberName);
  return names.length > 0 ? names.join(', ') : p.noMembers;
}

function NewTeam({ workspaceId, onMade }: { workspaceId: string; onMade: (team: Team) => void }) {
  const calls = useWorkspaceCalls(workspaceId);
  const make = useAct(calls.makeTeam);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    make.mutate(String(new FormData(form).get('name')).trim(), {
      onSuccess: (team) => {
        form.reset();
        onMade(team);
      },
    });
  };
  return (
    <form className={styles.card} onSubmit={submit} aria-label={p.newTeam}>
      <div className={styles.inline}>
        <Field name="name" label={p.teamName} maxLength={100} required />
        <Button kind="primary" type="submit" disabled={make.isPending}>
          {p.makeTeam}
        </Button>
      </div>
      <Failure error={make.error} />
    </form>
  );
}

interface SheetProps {
  team: Team;
  members: readonly Member[];
  workspaceId: string;
  onClose: () => void;
}

function TeamSheet({ team, members, workspaceId, onClose }: SheetProps) {
  const calls = useWorkspaceCalls(workspaceId);
  const [isAsked, setAsked] = useState(false);
  // Shown at once; what the server refuses goes back.
  const [wanted, want] = useState<Record<string, boolean>>({});
  const rename = useAct((name: string) => calls.renameTeam(team.id, name), p.saved);
  const put = useAct(({ userId, isIn }: { userId: string; isIn: boolean }) => calls.putInTeam(team.id, userId, isIn));
  const remove = useAct(() => calls.deleteTeam(team.id), p.teamDeleted(team.name));
  if (isAsked)
    return (
      <Question
        heading={p.deleteTeamHeading(team.name)}
        hint={p.deleteTeamHint}
        act={p.deleteNow}
        isBusy={remove.isPending}
        error={remove.error}
        onAct={() => remove.mutate(undefined, { onSuccess: onClose })}
        onClose={() => setAsked(false)}
      />
    );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    rename.mutate(String(new FormData(event.currentTarget).get('name')).trim());
  };
  return (
    <Sheet
      heading={team.name}
      onClose={onClose}
      footer={
        <>
          <Button onClick={() => setAsked(true)}>{p.deleteTeam}</Button>
          <Button kind="primary" onClick={onClose}>
            {p.linkDone}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <form className={styles.inline} onSubmit={submit}>
          <Field name="name" label={p.teamName} defaultValue={team.name} maxLength={100} required />
          <Button type="submit" disabled={rename.isPending}>
            {p.save}
          </Button>
        </form>
        <fieldset className={styles.group}>
          <legend>{p.teamMembers}</legend>
          {members.map((member) => (
            <Line
              key={member.user_id}
              isOn={wanted[member.user_id] ?? team.member_ids.includes(member.user_id)}
              onChange={(isIn) => {
                want({ ...wanted, [member.user_id]: isIn });
                put.mutate({ userId: member.user_id, isIn }, { onError: () => want({}) });
              }}
            >
              <bdi>{memberName(member)}</bdi>
            </Line>
          ))}
        </fieldset>
        <Failure error={rename.error ?? put.error} />
      </div>
    </Sheet>
  );
}
