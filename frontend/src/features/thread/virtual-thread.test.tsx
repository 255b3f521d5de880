// @vitest-environment jsdom
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { aMessage } from '../../testing/samples';
import type { ThreadRow } from './thread-rows';
import { VirtualThread } from './virtual-thread';

const time = '2026-11-22T10:00:00Z';
const aRow = (id: string): ThreadRow => ({
  kind: 'message',
  key: id,
  message: aMessage({ id }),
  startsGroup: true,
  endsGroup: true,
});
const aDay = (key: string): ThreadRow => ({ kind: 'day', key, time });

function show(rows: ThreadRow[]) {
  const nothing = () => undefined;
  const onRowKey = vi.fn<(row: ThreadRow) => void>();
  render(
    <>
      <h2 id="heading">Asha</h2>
      <VirtualThread
        rows={rows}
        labelledBy="heading"
        openAt={null}
        highlightKey={null}
        pages={{ isLoading: false, hasOlder: false, loadOlder: nothing, hasNewer: false, loadNewer: nothing, onWindowEnd: nothing }}
        onPinnedChange={nothing}
        onTopChange={nothing}
        onMoving={nothing}
        onRowKey={onRowKey}
        renderRow={(row) => <button type="button">{`in ${row.key}`}</button>}
      />
    </>,
  );
  return { onRowKey, scroller: screen.getByRole('region', { name: 'Asha' }) };
}
const focusIsOn = (key: string) =>
  waitFor(() => expect(document.activeElement).toHaveAttribute('data-key', key));

it('moves the focus from message to message, past days', async () => {
  const { scroller } = show([aDay('first'), aRow('a'), aRow('b'), aDay('second'), aRow('c'), aRow('d')]);
  const { keyboard } = userEvent.setup();
  scroller.focus();
  expect(scroller).toHaveFocus();
  await keyboard('{ArrowUp}');
  await focusIsOn('d');
  await keyboard('{Home}');
  await focusIsOn('a');
  await keyboard('{ArrowDown}');
  await focusIsOn('b');
  await keyboard('{ArrowDown}');
  await focusIsOn('c');
  await keyboard('{ArrowUp}');
  await focusIsOn('b');
  await keyboard('{End}');
  await focusIsOn('d');
});

it('hands other keys to the row, and Escape leads from a button back to it', async () => {
  const { scroller, onRowKey } = show([aRow('a'), aRow('b')]);
  const { keyboard } = userEvent.setup();
  scroller.focus();
  await keyboard('r{ArrowUp}');
  await focusIsOn('b');
  expect(onRowKey).not.toHaveBeenCalled();
  await keyboard('r');
  expect(onRowKey).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ key: 'b' }), expect.anything());
  screen.getByRole('button', { name: 'in b' }).focus();
  await keyboard('r{Escape}');
  await focusIsOn('b');
  expect(onRowKey).toHaveBeenCalledOnce();
});

it('keeps a message that has the focus mounted, however far it is scrolled away', async () => {
  const { scroller } = show(Array.from({ length: 200 }, (_, index) => aRow(`m${index}`)));
  scroller.focus();
  fireEvent.keyDown(scroller, { key: 'ArrowUp' });
  await focusIsOn('m199');
  scroller.scrollTop = 0;
  fireEvent.scroll(scroller);
  expect(await screen.findByRole('button', { name: 'in m0' })).toBeVisible();
  expect(document.activeElement).toHaveAttribute('data-key', 'm199');
  expect(screen.queryByRole('button', { name: 'in m150' })).toBeNull();
});
