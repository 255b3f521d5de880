import { Globe, Lock, Users } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '../../components/button';
import { FailureNotice } from '../../components/notice';
import { Picker } from '../../components/picker';
import { useListChoice } from '../../hooks/place';
import { useViewPlace } from '../../hooks/view-place';
import type { ListFilter } from '../../lib/list-filter';
import type { View } from '../../lib/types';
import { t } from '../../words/en';
import { i } from '../../words/inbox-en';
import { useViews } from './view-calls';
import { useNamed, useNumbersOf } from './use-known';
import { readView } from './view-model';
import { ViewSheet } from './view-sheet';
import styles from './views.module.css';

const ICONS: Record<View['visibility'], ReactNode> = {
  private: <Lock size={18} />,
  team: <Users size={18} />,
  all: <Globe size={18} />,
};

interface Props {
  asked: ListFilter;
  onClose: () => void;
}

/** Opens a list that is kept under a name, or keeps the present one. */
export default function ViewPicker({ asked, onClose }: Props) {
  const { numbers } = useNumbersOf(null);
  const { workspaceIds } = useNumbersOf(null);
  const views = useViews(workspaceIds);
  const named = useNamed(workspaceIds);
  const place = useViewPlace();
  const [{ view: present }] = useListChoice();
  const [newName, setNewName] = useState<string | null>(null);
  if (newName !== null) return <ViewSheet name={newName} asked={asked} onClose={onClose} />;
  const teamName = (id: string | null) => named.teams?.find((team) => team.id === id)?.name ?? null;
  return (
    <Picker
      label={t.inbox.views}
      placeholder={i.views.placeholder}
      none={views.all.length === 0 ? i.views.noViews : i.views.noneOfName}
      choices={views.all.map(({ id, name, visibility, team_id }) => ({
        key: id,
        icon: ICONS[visibility],
        text: name,
        detail: visibility === 'team' ? (teamName(team_id) ?? i.views.visibilities.team) : i.views.visibilities[visibility],
        isOn: id === present,
      }))}
      making={i.views.saveAs}
      onMake={setNewName}
      notice={
        views.error ? (
          <FailureNotice error={views.error} onRetry={views.retry} />
        ) : views.isPending ? (
          <p role="status">{t.loading}</p>
        ) : undefined
      }
      onChoose={(key) => {
        const view = views.all.find((one) => one.id === key);
        if (!view) return;
        const { number, choice } = readView(view, { numbers, ...named });
        place.show(view.id, number, choice);
        onClose();
      }}
      onClose={onClose}
    >
      <p className={styles.foot}>
        <Button onClick={() => setNewName('')}>{i.views.save}</Button>
      </p>
    </Picker>
  );
}
