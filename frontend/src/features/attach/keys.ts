export interface TemplateFilter {
  search: string;
  language: string;
  category: string;
}

/** What attaching keeps in the query cache; `templates` is what the key of every list of them begins with. */
export const attachKeys = {
  templates: (phoneNumberId: string) => ['templates', phoneNumberId] as const,
  templateList: (phoneNumberId: string, filter: TemplateFilter) => ['templates', phoneNumberId, filter] as const,
};
