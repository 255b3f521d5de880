// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { useListChoice } from '../../hooks/place';
import { keys } from '../../lib/keys';
import { everything } from '../../lib/list-filter';
import type { View } from '../../lib/types';
import { aNumber, FakeServer } from '../../testing/fake-server';
import { renderInPage } from '../../testing/in-page';
import OpenView from './open-view';
import { ViewsButton } from './views-button';

const server = new FakeServer();
const AT = '2026-11-22T10:00:00.000000Z';
const view = (given: Partial<View>): View => ({
  id: 'v1',
  name: 'Refunds',
  visibility: 'all',
  team_id: null,
  owner_user_id: 'u1',
  filter: { status: 'open', waiting: true },
  sort: 'recent',
  created_at: AT,
  updated_at: AT,
  ...given,
});
let views: View[] = [];
const VIEWS = '*/workspaces/:id/views';
beforeAll(() => {
  server.network.listen({ onUnhandledRequest: 'error' });
  server.network.use(
    http.get(VIEWS, () => HttpResponse.json({ views })),
    http.post(VIEWS, async ({ request }) => {
      const made = view({ id: 'v9', ...((await request.json()) as Partial<View>) });
      views = [...views, made];
      return HttpResponse.json(made, { status: 201 });
    }),
    http.patch(`${VIEWS}/:view`, async ({ request, params }) => {
      const changes = (await request.json()) as Partial<View>;
      views = views.map((one) => (one.id === params.view ? { ...one, ...changes } : one));
      return HttpResponse.json(views.find((one) => one.id === params.view));
    }),
    http.delete(`${VIEWS}/:view`, ({ params }) => {
      views = views.filter((one) => one.id !== params.view);
      return new HttpResponse(null, { status: 204 });
    }),
    http.get('*/workspaces/:id/labels', () => HttpResponse.json({ labels: [] })),
    http.get('*/workspaces/:id/teams', () => HttpResponse.json({ teams: [{ id: 't1', name: 'Sales', member_ids: [] }] })),
  );
});
afterAll(() => server.network.close());
beforeEach(() => {
  history.replaceState(null, '', '/live-chat');
  views = [view({}), view({ id: 'v2', name: 'Mine', visibility: 'private', filter: { scope: 'mine', label: ['gone'] } })];
});

function Page() {
  const [choice, choose] = useListChoice();
  const { view: viewId } = choice;
  const asked = { ...everything('u1', '100'), ...choice, view: null };
  return (
    <>
      <button type="button" onClick={() => choose({ unread: !choice.unread })}>
        Unread
      </button>
      <ViewsButton asked={asked} isOn={viewId !== null} />
      {viewId !== null && <OpenView viewId={viewId} choice={choice} asked={asked} />}
    </>
  );
}

function start() {
  const page = renderInPage(null);
  page.client.setQueryData(keys.phoneNumbers(), [aNumber]);
  page.again(<Page />);
  return page;
}

const press = async (name: string | RegExp, role = 'button') => userEvent.click(await screen.findByRole(role, { name }));

it('a list is kept under a name, opened again, changed and deleted', async () => {
  start();
  await press('Unread');
  await press('Saved views');
  await userEvent.type(await screen.findByRole('combobox'), 'New ones{ArrowDown}');
  await press('Save this list as “New ones”', 'option');
  expect(await screen.findByLabelText('Name')).toHaveValue('New ones');
  await press('Save');
  expect(await screen.findByRole('region', { name: 'View: New ones' })).toBeVisible();
  expect(views.at(-1)).toMatchObject({ name: 'New ones', visibility: 'private', filter: { status: 'open', unread: 'mine' }, sort: 'recent' });
  expect(location.search).toBe('?unread=1&view=v9');
  await press('Unread');
  expect(await screen.findByText(/changed/)).toBeVisible();
  await press('More for the view New ones');
  await press('Save the present filters in this view', 'menuitem');
  await waitFor(() => expect(screen.queryByText(/changed/)).toBeNull());
  expect(views.at(-1)?.filter).toEqual({ status: 'open' });
  await press('More for the view New ones');
  await press('Delete…', 'menuitem');
  await press('Delete view');
  await waitFor(() => expect(location.search).toBe(''));
  expect(views.map((one) => one.id)).toEqual(['v1', 'v2']);
});

it('a link to a view shows it, also as a colleague changes it, and says what of it is gone', async () => {
  history.replaceState(null, '', '/live-chat?view=v2');
  const { client } = start();
  expect(await screen.findByText(/A label that it asks for is gone/)).toBeVisible();
  await waitFor(() => expect(location.search).toBe('?tab=mine&status=any&view=v2'));
  views = views.map((one) => ({ ...one, filter: { scope: 'unassigned' } }));
  await client.invalidateQueries();
  await waitFor(() => expect(location.search).toBe('?tab=unassigned&status=any&view=v2'));
  // Whoever has changed the list keeps it.
  await press('Unread');
  views = views.map((one) => ({ ...one, filter: {} }));
  await client.invalidateQueries();
  await press('As saved');
  await waitFor(() => expect(location.search).toBe('?status=any&view=v2'));
  views = [];
  await client.invalidateQueries();
  expect(await screen.findByText(/This view was deleted/)).toBeVisible();
  await press('Leave the view');
  await waitFor(() => expect(location.search).toBe('?status=any'));
});
