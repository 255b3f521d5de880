// @vitest-environment jsdom
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { Message } from '../../lib/types';
import { renderInPage } from '../../testing/in-page';
import { aMessage } from '../../testing/samples';
import { SendTrouble } from './send-trouble';

const onSendAgain = vi.fn<(message: Message) => void>();
const onDismiss = vi.fn<(message: Message) => void>();

function show(given: Partial<Message>, wasSentAgain = false): Message {
  const message = aMessage({ direction: 'outbound', ...given });
  renderInPage(
    <SendTrouble
      message={message}
      phoneNumberId="100"
      wasSentAgain={wasSentAgain}
      renderTemplateLink={() => <button type="button">Send a template</button>}
      onSendAgain={onSendAgain}
      onDismiss={onDismiss}
    />,
  );
  return message;
}
const offers = () => screen.queryAllByRole('button').map((button) => button.textContent);
const failed = (code: number, retryable: boolean): Partial<Message> => ({
  status: 'failed',
  error: { code, retryable, title: 'A title', detail: 'A reason.' },
});

it('says nothing of a message that went out', () => {
  show({ status: 'delivered' });
  expect(document.body).toHaveTextContent(/^$/);
});

it('offers another try where one can help', async () => {
  const message = show(failed(131000, true));
  expect(document.body).toHaveTextContent('A reason. Error 131000.');
  expect(offers()).toEqual(['Send again', 'Hide here']);
  await userEvent.click(screen.getByText('Send again'));
  expect(onSendAgain).toHaveBeenCalledExactlyOnceWith(message);
  await userEvent.click(screen.getByText('Hide here'));
  expect(onDismiss).toHaveBeenCalledExactlyOnceWith(message);
});

it('gives the focus to the composer, since “Send again” is gone once it was pressed', async () => {
  const field = document.body.appendChild(document.createElement('textarea'));
  field.id = 'composer';
  show(failed(131000, true));
  await userEvent.click(screen.getByText('Send again'));
  expect(field).toHaveFocus();
  field.remove();
});

it('offers no other try where none can help', () => {
  show(failed(131026, false));
  expect(offers()).toEqual(['Hide here']);
});

it('offers a template where the 24 hours are over', () => {
  show(failed(131047, false));
  expect(offers()).toEqual(['Send a template', 'Hide here']);
});

it('warns before it sends again what may have arrived', async () => {
  onSendAgain.mockClear();
  show({ status: 'unknown' });
  expect(document.body).toHaveTextContent('WhatsApp did not confirm this message.');
  await userEvent.click(screen.getByText('Send again'));
  expect(onSendAgain).not.toHaveBeenCalled();
  expect(document.body).toHaveTextContent('The customer may get it twice.');
  await userEvent.click(screen.getByText('Send again anyway'));
  expect(onSendAgain).toHaveBeenCalledOnce();
});

it('does not offer again what is on its way a second time', () => {
  show(failed(131000, true), true);
  expect(offers()).toEqual(['Hide here']);
  expect(document.body).toHaveTextContent('Sent again below');
});
