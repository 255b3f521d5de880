// @vitest-environment jsdom
import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { templateOf } from '../lib/message/framed';
import { FramedPart } from './framed-part';

const media = { state: 'ready', mime_type: 'application/pdf', filename: null, size: 10, url: '/api/live-chat/media/x' };

it('lets the document at the top of a template be opened', () => {
  const rendered = { header: { type: 'document', document: { filename: 'Invoice.pdf' } }, body: 'Thank you' };
  const framed = templateOf({ content: { template: { name: 'invoice' }, rendered, media } } as never);
  if (!framed) throw new Error('the template is not shown');
  render(<FramedPart framed={framed} />);
  const link = screen.getByRole('link', { name: /Invoice\.pdf/ });
  expect(link).toHaveAttribute('href', '/api/live-chat/media/x');
  expect(link).toHaveAttribute('download', 'Invoice.pdf');
});
