// @vitest-environment jsdom
import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { type Services, ServicesContext } from '../../hooks/services';
import type { Message } from '../../lib/types';
import { aMessage } from '../../testing/samples';
import { Bubble } from './bubble';
import { Stillness } from './stillness';

const nothing = () => {};

function said(given: Partial<Message>, startsGroup = true): string | null {
  const still = new Stillness();
  still.move(true);
  const { container } = render(
    <ServicesContext value={{ userId: 'ada' } as Services}>
      <Bubble
        message={aMessage({ direction: 'outbound', text: 'At five.', ...given })}
        phoneNumberId="100"
        quoted={undefined}
        startsGroup={startsGroup}
        endsGroup
        wasSentAgain={false}
        isReacting={false}
        canReact={false}
        canReply={false}
        customerName="Asha"
        stillness={still}
        renderTemplateLink={() => null}
        onReply={nothing}
        onReact={nothing}
        onReacting={nothing}
        onSendAgain={nothing}
        onDismiss={nothing}
        onShow={nothing}
      />
    </ServicesContext>,
  );
  return container.textContent;
}

it('says which colleague wrote, above the first of what they wrote and to a screen reader each time', () => {
  const sent_by = { kind: 'member', id: 'ben', name: 'Ben' } as const;
  expect(said({ sent_by })).toMatch(/^Ben: BenAt five\./);
  expect(said({ sent_by }, false)).toMatch(/^Ben: At five\./);
  expect(said({ sent_by: { ...sent_by, id: 'ada', name: 'Ada' } })).toMatch(/^You: At five\./);
  expect(said({ sent_by: null })).toMatch(/^You: At five\./);
  expect(said({ direction: 'inbound' })).toMatch(/^Asha: At five\./);
});
