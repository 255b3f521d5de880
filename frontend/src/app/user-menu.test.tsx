// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aNumber, FakeServer } from '../testing/fake-server';
import { renderInPage } from '../testing/in-page';
import UserMenu from './user-menu';

const server = new FakeServer();
const nothing = () => undefined;
beforeAll(() => server.network.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.network.close());

it('the menu marks whether the agent is available, and changes it', async () => {
  renderInPage(
    <UserMenu label="Ines" others={undefined} number={aNumber} onOpen={nothing} onActivity={nothing} onTeam={nothing} onSignOut={nothing} />,
  );
  const choice = async (name: string) => {
    await userEvent.click(screen.getByRole('button', { name: 'Your account and settings' }));
    return screen.findByRole('menuitemradio', { name });
  };
  const available = await choice('Available');
  await waitFor(() => expect(available).toBeChecked());
  await userEvent.click(screen.getByRole('menuitemradio', { name: 'Away' }));
  await waitFor(() => expect(server.members[0]?.availability).toBe('away'));
  const away = await choice('Away');
  await waitFor(() => expect(away).toBeChecked());
  expect(screen.getByRole('menuitemradio', { name: 'Available' })).not.toBeChecked();
});
