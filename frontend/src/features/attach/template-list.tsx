import { RotateCw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { FailureNotice, Notice } from '../../components/notice';
import { useSettled } from '../../hooks/browser';
import { fullTime } from '../../lib/format';
import { c } from '../../words/compose-en';
import { t } from '../../words/en';
import shared from './attach.module.css';
import styles from './template-list.module.css';
import { useTemplates, useTemplateSync } from './endpoints';
import { languageName, type Template, templatePreview } from './templates';

const SEARCH_MS = 200;
const NO_FILTER = { search: '', language: '', category: '' };

/** All templates that can be sent, found by name, words, language and category. */
export function TemplateList({ phoneNumberId, onChoose }: { phoneNumberId: string; onChoose: (template: Template) => void }) {
  const [filter, setFilter] = useState(NO_FILTER);
  const asked = { ...filter, search: useSettled(filter.search, SEARCH_MS) };
  const everything = useTemplates(phoneNumberId, NO_FILTER);
  const query = useTemplates(phoneNumberId, asked);
  const sync = useTemplateSync(phoneNumberId);
  const languages = [...new Set(everything.data?.templates.map((one) => one.language))].toSorted();
  const categories = [...new Set(everything.data?.templates.map((one) => one.category ?? ''))].filter(Boolean);
  if (query.isError && !query.data) return <FailureNotice error={query.error} onRetry={() => void query.refetch()} />;
  const found = query.data?.templates ?? [];
  const syncedAt = query.data?.syncedAt ?? null;
  return (
    <div className={shared.form}>
      <div className={styles.filters}>
        <Field
          label={c.templates.search}
          type="search"
          value={filter.search}
          onChange={(event) => setFilter({ ...filter, search: event.target.value })}
        />
        <Choice
          label={c.templates.language}
          value={filter.language}
          options={languages.map((code) => [code, languageName(code)])}
          onChange={(language) => setFilter({ ...filter, language })}
        />
        <Choice
          label={c.templates.category}
          value={filter.category}
          options={categories.map((word) => [word, c.templates.categories[word] ?? word])}
          onChange={(category) => setFilter({ ...filter, category })}
        />
      </div>
      <p role="status" className={shared.quiet}>
        {query.isPending ? t.loading : c.templates.found(found.length)}
      </p>
      {!query.isPending && found.length === 0 && (
        <Notice
          heading={everything.data?.templates.length === 0 ? c.templates.noneYet : c.templates.none}
          detail={everything.data?.templates.length === 0 ? c.templates.noneYetHint : ''}
        />
      )}
      <ul className={styles.templates}>
        {found.map((template) => (
          <li key={template.id}>
            <button type="button" className={styles.template} onClick={() => onChoose(template)}>
              <span className={styles.name}>{template.name}</span>
              <span className={shared.quiet}>
                {[
                  languageName(template.language),
                  c.templates.categories[template.category ?? ''] ?? template.category,
                  template.quality && template.quality !== 'UNKNOWN' && c.templates.quality(template.quality),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
              <bdi className={styles.body}>{templatePreview(template, {}).body}</bdi>
            </button>
          </li>
        ))}
      </ul>
      <p className={styles.syncLine}>
        <span className={shared.quiet}>
          {syncedAt === null ? c.templates.neverSynced : c.templates.syncedAt(fullTime(syncedAt))}
        </span>
        <Button kind="link" disabled={sync.isPending} onClick={() => sync.mutate()}>
          <RotateCw size={13} aria-hidden /> {sync.isPending ? c.templates.refreshing : c.templates.refresh}
        </Button>
        {sync.isError && <span role="alert">{sync.error.message}</span>}
      </p>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: [value: string, name: string][];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label className={shared.choice}>
      {label}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{c.templates.all}</option>
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
