// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { hearMacros } from '../lib/ask-macro';
import { shortcutOf } from '../lib/shortcuts';
import { aNumber, FakeServer } from '../testing/fake-server';
import { renderInPage } from '../testing/in-page';
import PalettePlace from './palette-place';

const server = new FakeServer();
const view = { id: 'v1', name: 'Refunds', visibility: 'all', team_id: null, owner_user_id: 'u1', filter: { waiting: true }, sort: 'recent' };
beforeAll(() => {
  server.network.listen({ onUnhandledRequest: 'error' });
  server.network.use(
    http.get('*/workspaces/:id/views', () => HttpResponse.json({ views: [{ ...view, created_at: '', updated_at: '' }] })),
    http.get('*/workspaces/:id/macros', () => HttpResponse.json({ macros: [] })),
    http.get('*/workspaces/:id/labels', () => HttpResponse.json({ labels: [] })),
    http.get('*/workspaces/:id/teams', () => HttpResponse.json({ teams: [] })),
  );
});
afterAll(() => server.network.close());

it('a view is opened by its name, beside the thread or, where there is no room, in its place', async () => {
  history.replaceState(null, '', `/live-chat/c1?number=${aNumber.phone_number_id}&m=m1&find=orders`);
  const onClose = vi.fn<() => void>();
  const unused = () => undefined;
  renderInPage(<PalettePlace number={aNumber} numbers={[aNumber]} onFound={unused} onCommand={unused} onClose={onClose} />);
  const field = screen.getByLabelText('Go to', { selector: 'input' });
  expect(screen.queryByText('View: Refunds')).toBeNull();
  const hasRoom = vi.spyOn(window, 'matchMedia');
  for (const [matches, path] of [[true, '/live-chat/c1'], [false, '/live-chat']] as const) {
    hasRoom.mockReturnValue(Object.assign(new EventTarget(), { matches }) as MediaQueryList);
    await userEvent.clear(field);
    await userEvent.type(field, 'refund');
    await userEvent.click(await screen.findByRole('option', { name: 'View: Refunds' }));
    await waitFor(() => expect(location.pathname).toBe(path));
    const query = new URLSearchParams(location.search);
    expect([query.get('view'), query.get('waiting'), query.get('find')]).toEqual(['v1', '1', null]);
    expect(query.has('m')).toBe(matches);
  }
  expect(onClose).toHaveBeenCalledTimes(2);
  hasRoom.mockRestore();
});

it('what keys do in the open conversation is done by its name, too, once the palette is gone', async () => {
  const heard: (string | null)[] = [];
  const hear = (event: KeyboardEvent) => void (event.altKey && heard.push(document.querySelector('dialog') ? 'too early' : shortcutOf(event)));
  window.addEventListener('keydown', hear);
  const leave = hearMacros(() => undefined);
  const unused = () => undefined;
  const page = renderInPage(
    <PalettePlace number={aNumber} numbers={[aNumber]} onFound={unused} onCommand={unused} onClose={() => setTimeout(() => page.unmount(), 30)} />,
  );
  await userEvent.type(screen.getByLabelText('Go to', { selector: 'input' }), 'resolve or');
  const option = await screen.findByRole('option', { name: /Resolve or reopen it/ });
  expect(option).toHaveTextContent('Alt + R');
  await userEvent.click(option);
  await waitFor(() => expect(heard).toEqual(['Alt+R']));
  window.removeEventListener('keydown', hear);
  leave();
});
