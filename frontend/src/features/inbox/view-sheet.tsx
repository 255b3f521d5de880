import { type SubmitEvent, useId, useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { Sheet } from '../../components/sheet';
import { useViewPlace } from '../../hooks/view-place';
import { useRights, useTeams, useWorkspaces } from '../../hooks/workspace';
import { ApiProblem } from '../../lib/api';
import type { ListFilter } from '../../lib/list-filter';
import { notify } from '../../lib/notices';
import type { View } from '../../lib/types';
import { t } from '../../words/en';
import { i } from '../../words/inbox-en';
import { useViewCalls } from './view-calls';
import { useNumbersOf } from './use-known';
import { filterOf, readView, type SavedView } from './view-model';
import styles from './views.module.css';

const VISIBILITIES: readonly View['visibility'][] = ['private', 'team', 'all'];

interface Props {
  /** The list that is kept. */
  asked: ListFilter;
  name: string;
  /** The one that is given another name, or shown to others; none: a new one is made. */
  view?: SavedView;
  onClose: () => void;
}

/** A view's name, and who is offered it. */
export function ViewSheet({ asked, name, view, onClose }: Props) {
  const formId = useId();
  const { numbers } = useNumbersOf(null);
  const here = useNumbersOf(asked.phoneNumberId).workspaceIds;
  const workspaces = (useWorkspaces().data ?? []).filter((one) => here.includes(one.id));
  const [workspaceId, setWorkspaceId] = useState(view?.workspaceId ?? asked.workspaceId ?? here[0] ?? '');
  const { mayManage } = useRights(workspaceId);
  const teams = useTeams(workspaceId).data ?? [];
  const [visibility, setVisibility] = useState<View['visibility']>(view?.visibility ?? 'private');
  const [teamId, setTeamId] = useState(view?.team_id ?? null);
  const calls = useViewCalls(workspaceId);
  const place = useViewPlace();
  const call = view === undefined ? calls.make : calls.change;
  const errors = call.error instanceof ApiProblem ? call.error.errors : {};
  const chosenTeam = teams.some((team) => team.id === teamId) ? teamId : (teams[0]?.id ?? null);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = {
      name: String(new FormData(event.currentTarget).get('name')).trim(),
      ...(mayManage || view === undefined
        ? { visibility: mayManage ? visibility : ('private' as const), team_id: mayManage && visibility === 'team' ? chosenTeam : null }
        : {}),
    };
    if (view !== undefined) return calls.change.mutate({ id: view.id, ...given }, { onSuccess: onClose });
    calls.make.mutate(
      { visibility: 'private', team_id: null, ...given, filter: filterOf(asked, numbers), sort: asked.sort },
      {
        onSuccess: (made) => {
          const { number, choice } = readView(made, { numbers, labels: undefined, teams: undefined });
          place.show(made.id, number, choice);
          notify(i.views.saved(made.name));
          onClose();
        },
      },
    );
  };
  return (
    <Sheet
      heading={view === undefined ? i.views.saveHeading : i.views.renameHeading}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={call.isPending}>
            {i.views.saveNow}
          </Button>
        </>
      }
    >
      <form id={formId} className={styles.form} onSubmit={submit}>
        <Field name="name" label={i.views.name} defaultValue={name} maxLength={100} required errors={errors.name} />
        {view === undefined && workspaces.length > 1 && asked.workspaceId === null && (
          <label className={styles.choice}>
            <span>{i.views.workspace}</span>
            <select value={workspaceId} onChange={(event) => setWorkspaceId(event.target.value)}>
              {workspaces.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
        )}
        {mayManage ? (
          <fieldset className={styles.group}>
            <legend>{i.views.whose}</legend>
            {VISIBILITIES.filter((each) => each !== 'team' || teams.length > 0).map((each) => (
              <label key={each} className={styles.line}>
                <input type="radio" name="visibility" checked={visibility === each} onChange={() => setVisibility(each)} />
                {i.views.offeredTo[each]}
              </label>
            ))}
            {visibility === 'team' && (
              <label className={styles.choice}>
                <span>{i.views.team}</span>
                <select value={chosenTeam ?? ''} onChange={(event) => setTeamId(event.target.value)}>
                  {teams.map((team) => (
                    <option key={team.id} value={team.id}>
                      {team.name}
                    </option>
                  ))}
                </select>
              </label>
            )}
          </fieldset>
        ) : (
          <p className={styles.hint}>{i.views.yoursAlone}</p>
        )}
        <p className={styles.hint}>{i.views.whatIsKept}</p>
        {call.error && !errors.name && (
          <p role="alert" className={styles.failure}>
            {Object.values(errors).flat().join(' ') || call.error.message}
          </p>
        )}
      </form>
    </Sheet>
  );
}
