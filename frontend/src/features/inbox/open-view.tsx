import { Ellipsis, Link2, Pencil, RotateCcw, Save, Trash2, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button';
import { Menu, MenuItem } from '../../components/menu';
import { Sheet } from '../../components/sheet';
import { useViewPlace } from '../../hooks/view-place';
import { useRights } from '../../hooks/workspace';
import { copyText } from '../../lib/clipboard';
import type { ListChoice, ListFilter } from '../../lib/list-filter';
import { notify } from '../../lib/notices';
import { t } from '../../words/en';
import { i } from '../../words/inbox-en';
import { useViewCalls, useViews } from './view-calls';
import { useNamed, useNumbersOf } from './use-known';
import { addressOf, asText, filterOf, hasChoice, isAsSaved, type Reading, readView, type SavedView } from './view-model';
import { ViewSheet } from './view-sheet';
import styles from './views.module.css';

interface Props {
  viewId: string;
  /** The list as the address has it, and as it is shown. */
  choice: ListChoice;
  asked: ListFilter;
}

/** By which view the list was opened, whether it still is that view, and what can be done to it. */
export default function OpenView({ viewId, choice, asked }: Props) {
  const { numbers, workspaceIds } = useNumbersOf(null);
  const views = useViews(workspaceIds);
  const named = useNamed(workspaceIds);
  const { leave } = useViewPlace();
  const view = views.all.find((one) => one.id === viewId);
  if (view) return <Known key={viewId} view={view} reading={readView(view, { numbers, ...named })} choice={choice} asked={asked} />;
  if (views.error)
    return (
      <div className={styles.bar}>
        <p role="alert" className={styles.words}>
          {views.error.message}{' '}
          <Button kind="link" onClick={views.retry}>
            {t.retry}
          </Button>
        </p>
      </div>
    );
  return (
    <div className={styles.bar}>
      <p role="status" className={styles.words}>
        {views.isPending ? t.loading : i.views.gone}
      </p>
      {!views.isPending && (
        <Button kind="icon" aria-label={i.views.leave} title={i.views.leave} onClick={leave}>
          <X size={18} />
        </Button>
      )}
    </div>
  );
}

interface KnownProps {
  view: SavedView;
  reading: Reading;
  choice: ListChoice;
  asked: ListFilter;
}

function Known({ view, reading, choice, asked }: KnownProps) {
  const { numbers } = useNumbersOf(null);
  const { mayManage } = useRights(view.workspaceId);
  const { show, leave } = useViewPlace();
  const { change } = useViewCalls(view.workspaceId);
  const [layer, setLayer] = useState<'name' | 'delete' | null>(null);
  const isChanged = !isAsSaved(asked.phoneNumberId, choice, reading);
  const mayWrite = mayManage || view.visibility === 'private';
  const back = () => show(view.id, reading.number, reading.choice);
  useFollow(reading, isChanged, back);
  return (
    <section className={styles.bar} aria-label={i.views.open(view.name)}>
      <p className={styles.words}>
        <bdi className={styles.name}>{view.name}</bdi>
        {isChanged && (
          <>
            {' · '}
            {i.views.changed}{' '}
            <Button kind="link" onClick={back}>
              {i.views.back}
            </Button>
          </>
        )}
        {reading.lost.map((each) => (
          <span key={each} role="status" className={styles.lost}>
            {' '}
            {i.views.lost[each]}
          </span>
        ))}
      </p>
      <Menu label={i.views.more(view.name)} icon={<Ellipsis size={18} />}>
        {mayWrite && isChanged && (
          <MenuItem
            icon={<Save size={18} />}
            onChoose={() =>
              change.mutate(
                { id: view.id, filter: filterOf(asked, numbers), sort: asked.sort },
                { onSuccess: () => notify(i.views.updated(view.name)) },
              )
            }
          >
            {i.views.update}
          </MenuItem>
        )}
        {isChanged && (
          <MenuItem icon={<RotateCcw size={18} />} onChoose={back}>
            {i.views.back}
          </MenuItem>
        )}
        {mayWrite && (
          <MenuItem icon={<Pencil size={18} />} onChoose={() => setLayer('name')}>
            {mayManage ? i.views.renameOrShare : i.views.rename}
          </MenuItem>
        )}
        <MenuItem icon={<Link2 size={18} />} onChoose={() => void copyText(addressOf(view.id))}>
          {i.views.copyAddress}
        </MenuItem>
        {mayWrite && (
          <MenuItem icon={<Trash2 size={18} />} onChoose={() => setLayer('delete')}>
            {i.views.remove}
          </MenuItem>
        )}
        <MenuItem icon={<X size={18} />} onChoose={leave}>
          {i.views.leave}
        </MenuItem>
      </Menu>
      {layer === 'name' && <ViewSheet view={view} name={view.name} asked={asked} onClose={() => setLayer(null)} />}
      {layer === 'delete' && <DeleteView view={view} onClose={() => setLayer(null)} />}
    </section>
  );
}

/**
 * A colleague has changed the view: who looks at it sees it as it is now. Where they have changed the list themselves, it
 * stays. An address that says nothing but the view is a link to it.
 */
function useFollow(reading: Reading, isChanged: boolean, back: () => void): void {
  const now = `${reading.number ?? ''} ${asText(reading.choice)}`;
  const seen = useRef<{ reading: string; wasChanged: boolean } | null>(null);
  useEffect(() => {
    const before = seen.current;
    seen.current = { reading: now, wasChanged: isChanged };
    const isLink = before === null && !hasChoice(location.search);
    const wasFollowed = before !== null && before.reading !== now && !before.wasChanged;
    if (!isChanged || !(isLink || wasFollowed)) return;
    seen.current.wasChanged = false;
    back();
  }, [now, isChanged, back]);
}

function DeleteView({ view, onClose }: { view: SavedView; onClose: () => void }) {
  const { remove } = useViewCalls(view.workspaceId);
  const { leave } = useViewPlace();
  return (
    <Sheet
      heading={i.views.deleteHeading(view.name)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button
            kind="primary"
            disabled={remove.isPending}
            onClick={() =>
              remove.mutate(view.id, {
                onSuccess: () => {
                  notify(i.views.deleted(view.name));
                  leave();
                  onClose();
                },
              })
            }
          >
            {i.views.deleteNow}
          </Button>
        </>
      }
    >
      <p>{view.visibility === 'private' ? i.views.deleteHint : i.views.deleteSharedHint}</p>
      {remove.error && (
        <p role="alert" className={styles.failure}>
          {remove.error.message}
        </p>
      )}
    </Sheet>
  );
}
