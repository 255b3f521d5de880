import { type SubmitEvent, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { Sheet } from '../../components/sheet';
import { ApiProblem } from '../../lib/api';
import type { Macro, Team, Workspace } from '../../lib/types';
import { x } from '../../words/macros-en';
import { p } from '../../words/team-en';
import { useAct, useWorkspaceCalls } from './endpoints';
import { MacroStepFields } from './macro-step-fields';
import { type EditedStep, errorsOf, moved, newStep } from './macro-steps';
import styles from './macros.module.css';
import { Failure, Question } from './question';
import team from './team.module.css';
import { canManage, type MacroGiven } from './team-model';

interface Props {
  /** Left out: a new one is made. */
  macro?: Macro;
  workspace: Workspace;
  teams: readonly Team[];
  onClose: () => void;
}

/** A macro's name, whose it is, and its steps in their order. */
export function MacroSheet({ macro, workspace, teams, onClose }: Props) {
  const calls = useWorkspaceCalls(workspace.id);
  const [isAsked, setAsked] = useState(false);
  const [steps, setSteps] = useState<EditedStep[]>(() => (macro?.steps ?? [{ action: 'send' }]).map(newStep));
  const isShared = canManage(workspace);
  const now = macro?.scope === 'team' ? `team:${macro.team_id}` : (macro?.scope ?? (isShared ? 'workspace' : 'personal'));
  const [whose, setWhose] = useState(now);
  const save = useAct(
    (asked: MacroGiven) => (macro === undefined ? calls.makeMacro(asked) : calls.changeMacro(macro.id, asked)),
    p.saved,
  );
  const archive = useAct(() => calls.archiveMacro(macro?.id ?? ''), x.removed(macro?.name ?? ''));
  if (isAsked)
    return (
      <Question
        heading={x.removeHeading(macro?.name ?? '')}
        hint={x.removeHint}
        act={p.deleteNow}
        isBusy={archive.isPending}
        error={archive.error}
        onAct={() => archive.mutate(undefined, { onSuccess: onClose })}
        onClose={() => setAsked(false)}
      />
    );
  const [scope, teamId = null] = whose.split(':') as [Macro['scope'], string?];
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name') ?? '');
    save.mutate({ scope, team_id: teamId, name, steps: steps.map(({ step }) => step) }, { onSuccess: onClose });
  };
  const errors = save.error instanceof ApiProblem ? save.error.errors : {};
  return (
    <Sheet heading={macro?.name ?? x.make} onClose={onClose} isWide>
      <form className={team.form} onSubmit={submit}>
        <Field name="name" label={x.name} dir="auto" defaultValue={macro?.name} maxLength={100} required errors={errors.name} />
        {isShared && (
          <label className={team.choice}>
            {p.cannedFor}
            <select className={team.select} value={whose} onChange={(event) => setWhose(event.target.value)}>
              <option value="workspace">{p.cannedAll}</option>
              {teams.map(({ id, name }) => (
                <option key={id} value={`team:${id}`}>
                  {p.cannedTeam(name)}
                </option>
              ))}
              <option value="personal">{p.cannedOwn}</option>
            </select>
          </label>
        )}
        <fieldset className={team.group}>
          <legend>{x.steps}</legend>
          <p className={team.hint}>{x.stepsHint}</p>
          <ol className={styles.steps}>
            {steps.map((edited, at) => (
              <MacroStepFields
                key={edited.key}
                number={at + 1}
                count={steps.length}
                step={edited.step}
                scope={scope}
                teamId={teamId}
                workspaceId={workspace.id}
                errors={errorsOf(errors, at)}
                onChange={(step) => setSteps(steps.with(at, { ...edited, step }))}
                onMove={(by) => setSteps(moved(steps, at, by))}
                onRemove={() => setSteps(steps.toSpliced(at, 1))}
              />
            ))}
          </ol>
          <div className={team.actions}>
            <Button onClick={() => setSteps([...steps, newStep({ action: 'add_label' })])}>{x.addStep}</Button>
          </div>
          {errors.steps && (
            <p role="alert" className={team.failure}>
              {errors.steps.join(' ')}
            </p>
          )}
        </fieldset>
        <Failure error={save.error} />
        <div className={team.actions}>
          <Button kind="primary" type="submit" disabled={save.isPending || steps.length === 0}>
            {save.isPending ? p.saving : p.save}
          </Button>
          {macro !== undefined && <Button onClick={() => setAsked(true)}>{p.deleteTeam}</Button>}
        </div>
      </form>
    </Sheet>
  );
}
