import type { Template } from '../features/attach/templates';

/** A template as the API gives it, for tests. */
export function aTemplate(given: Partial<Template> = {}): Template {
  const common = { name: null, card: null, required: true };
  return {
    id: 't1',
    name: 'order_confirmation',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    quality: 'GREEN',
    parameter_format: 'POSITIONAL',
    components: [
      { type: 'HEADER', format: 'IMAGE' },
      { type: 'BODY', text: 'Thank you, {{1}}! Your order number is {{2}}.' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'QUICK_REPLY', text: 'Contact support' },
          { type: 'URL', text: 'Track order', url: 'https://www.example.com/track/{{1}}' },
        ],
      },
    ],
    parameters: [
      { key: 'header.0', component: 'header', kind: 'image', index: 0, ...common },
      { key: 'body.0', component: 'body', kind: 'text', index: 0, ...common },
      { key: 'body.1', component: 'body', kind: 'text', index: 1, ...common },
      { key: 'button.0', component: 'button', kind: 'payload', index: 0, ...common, required: false },
      { key: 'button.1', component: 'button', kind: 'url_suffix', index: 1, ...common },
    ],
    ...given,
  };
}
