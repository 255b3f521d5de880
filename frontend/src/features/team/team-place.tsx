import { ArrowLeft } from 'lucide-react';
import { Suspense, useId } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { Button } from '../../components/button';
import { Notice } from '../../components/notice';
import { useServices } from '../../hooks/services';
import { useWorkspaces } from '../../hooks/workspace';
import { lazyPart } from '../../lib/lazy-part';
import type { PhoneNumber, Workspace } from '../../lib/types';
import { t } from '../../words/en';
import { p } from '../../words/team-en';
import { useFreshWorkspace } from './endpoints';
import { AttributesSection } from './attributes-section';
import { CannedSection } from './canned-section';
import { InvitationsSection } from './invitations-section';
import { LabelsSection } from './labels-section';
import { Loaded } from './loaded';
import { MembersSection } from './members-section';
import styles from './team.module.css';
import { canManage, type Section, sectionIn, sectionsOf } from './team-model';
import { TeamsSection } from './teams-section';
import { WorkspaceSection } from './workspace-section';

const MacrosSection = lazyPart(() => import('./macros-section'));
const RulesSection = lazyPart(() => import('./rules-section'));

const CHOSEN = 'workspace';

interface Props {
  /** The path of this place; its parts lie below it. */
  path: string;
  numbers: readonly PhoneNumber[];
  /** Of the number that is shown; the address may name another. */
  workspaceId: string | null;
  onBack: () => void;
}

/** A workspace's people and settings. Everybody may look; what can be changed is shown to who may. */
export default function TeamPlace({ path, numbers, workspaceId, onBack }: Props) {
  const { userId } = useServices();
  const [location] = useLocation();
  const [search, setSearch] = useSearchParams();
  const workspaces = useWorkspaces();
  useFreshWorkspace();
  const named = search.get(CHOSEN) ?? workspaceId;
  const headingId = useId();
  return (
    <main className={styles.place} aria-labelledby={headingId}>
      <div className={styles.bar}>
        <Button kind="icon" className={styles.back} aria-label={t.thread.back} onClick={onBack}>
          <ArrowLeft size={20} />
        </Button>
        <h2 id={headingId} className={styles.title}>
          {p.heading}
        </h2>
        {workspaces.data && workspaces.data.length > 1 && (
          <select
            className={styles.select}
            aria-label={p.choose}
            value={chosen(workspaces.data, named)?.id}
            onChange={(event) => {
              const id = event.target.value;
              setSearch((query) => {
                query.set(CHOSEN, id);
                return query;
              });
            }}
          >
            {workspaces.data.map((workspace) => (
              <option key={workspace.id} value={workspace.id}>
                {workspace.name}
              </option>
            ))}
          </select>
        )}
      </div>
      <Loaded query={workspaces}>
        {(all) => {
          const workspace = chosen(all, named);
          if (!workspace) return <Notice heading={p.none} detail={p.noneHint} />;
          const section = sectionIn(location, workspace);
          return (
            <>
              <nav className={styles.sections} aria-label={p.sectionsLabel}>
                {sectionsOf(workspace).map((each) => (
                  <Link
                    key={each}
                    href={`${path}/${each}${search.size > 0 ? `?${search.toString()}` : ''}`}
                    aria-current={each === section ? 'page' : undefined}
                  >
                    {p.sections[each]}
                  </Link>
                ))}
              </nav>
              <div className={styles.body}>
                {!canManage(workspace) && section !== 'canned' && section !== 'macros' && <p className={styles.hint}>{p.readOnly}</p>}
                <Part
                  key={workspace.id}
                  section={section}
                  workspace={workspace}
                  numbers={numbers.filter((number) => number.workspace_id === workspace.id)}
                  userId={userId}
                  onLeft={onBack}
                />
              </div>
            </>
          );
        }}
      </Loaded>
    </main>
  );
}

const chosen = (all: readonly Workspace[], named: string | null): Workspace | undefined =>
  all.find((workspace) => workspace.id === named) ?? all[0];

interface PartProps {
  section: Section;
  workspace: Workspace;
  numbers: readonly PhoneNumber[];
  userId: string;
  onLeft: () => void;
}

function Part({ section, workspace, numbers, userId, onLeft }: PartProps) {
  switch (section) {
    case 'members':
      return <MembersSection workspace={workspace} numbers={numbers} userId={userId} onLeft={onLeft} />;
    case 'teams':
      return <TeamsSection workspace={workspace} userId={userId} />;
    case 'invitations':
      return <InvitationsSection workspace={workspace} numbers={numbers} />;
    case 'canned':
      return <CannedSection workspace={workspace} />;
    case 'attributes':
      return <AttributesSection workspace={workspace} />;
    case 'macros':
      return (
        <Suspense fallback={<p role="status">{t.loading}</p>}>
          <MacrosSection workspace={workspace} />
        </Suspense>
      );
    case 'rules':
      return (
        <Suspense fallback={<p role="status">{t.loading}</p>}>
          <RulesSection workspace={workspace} numbers={numbers} />
        </Suspense>
      );
    case 'labels':
      return <LabelsSection workspace={workspace} />;
    case 'workspace':
      return <WorkspaceSection workspace={workspace} />;
  }
}
