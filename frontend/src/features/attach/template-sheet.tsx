import { useState } from 'react';
import { Sheet } from '../../components/sheet';
import { c } from '../../words/compose-en';
import { TemplateForm } from './template-form';
import { TemplateList } from './template-list';
import type { Template } from './templates';
import type { SheetProps } from './use-sending';

/** Chooses a template, fills it in beside what the customer will see, and sends it. */
export default function TemplateSheet(props: SheetProps) {
  const [template, setTemplate] = useState<Template | null>(null);
  const back = () => setTemplate(null);
  if (template) return <TemplateForm key={template.id} template={template} onBack={back} {...props} />;
  return (
    <Sheet isWide heading={c.templates.heading} onClose={props.onClose}>
      <TemplateList phoneNumberId={props.recipient.phoneNumberId} onChoose={setTemplate} />
    </Sheet>
  );
}
