import { useRef, useState } from 'react';
import { Button } from '../../components/button';
import { FailureNotice } from '../../components/notice';
import { useAttributes } from '../../hooks/attributes';
import { useNow } from '../../hooks/browser';
import { useServices } from '../../hooks/services';
import { useRights } from '../../hooks/workspace';
import { fullTime } from '../../lib/format';
import type { Conversation } from '../../lib/types';
import { t } from '../../words/en';
import { w } from '../../words/person-en';
import styles from './details-pane.module.css';
import { Fact } from './fact';
import own from './person.module.css';
import { usePerson } from './person-endpoints';
import { PersonForm } from './person-form';
import { type Attribute, isLink, type Person, valueOf } from './person-model';
import { languageName, timeIn, valueText } from './person-words';

/** What the team has written down of the customer. */
export function PersonFacts({ conversation }: { conversation: Conversation }) {
  const { mayHandle } = useRights(conversation.workspace_id);
  const person = usePerson(conversation);
  const attributes = useAttributes(conversation.workspace_id);
  const [isEdited, setEdited] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const failed = person.isError && !person.data ? person : attributes.isError && !attributes.data ? attributes : null;
  if (failed?.error)
    return (
      <section className={styles.facts} aria-label={w.profile}>
        <FailureNotice error={failed.error} onRetry={() => void failed.refetch()} />
      </section>
    );
  if (!person.data || !attributes.data)
    return (
      <section className={styles.facts} aria-label={w.profile}>
        <p role="status">{t.loading}</p>
      </section>
    );
  return (
    <section className={styles.facts} aria-label={w.profile}>
      <div className={own.head}>
        <h3 className={own.heading}>{w.profile}</h3>
        {mayHandle && !isEdited && (
          <Button ref={button} aria-label={w.editProfile} onClick={() => setEdited(true)}>
            {w.edit}
          </Button>
        )}
      </div>
      {isEdited ? (
        <PersonForm
          conversation={conversation}
          person={person.data}
          attributes={attributes.data}
          onClose={() => {
            setEdited(false);
            requestAnimationFrame(() => button.current?.focus());
          }}
        />
      ) : (
        <Known person={person.data} attributes={attributes.data} mayHandle={mayHandle} />
      )}
    </section>
  );
}

interface KnownProps {
  person: Person;
  attributes: readonly Attribute[];
  mayHandle: boolean;
}

function Known({ person, attributes, mayHandle }: KnownProps) {
  const { userId } = useServices();
  const now = useNow();
  const { email, language, time_zone: zone, changed_by: by, changed_at: at } = person;
  const known = attributes.flatMap((attribute) => {
    const value = valueOf(person, attribute);
    return value === null ? [] : [{ attribute, value }];
  });
  if (!email && !language && !zone && known.length === 0)
    return <p className={own.aside}>{mayHandle ? w.nothingYet : w.nothing}</p>;
  const there = zone && timeIn(zone, now);
  return (
    <>
      <dl className={styles.lines}>
        {email && (
          <Fact term={w.email}>
            <a href={`mailto:${email}`}>
              <bdi dir="ltr">{email}</bdi>
            </a>
          </Fact>
        )}
        {language && <Fact term={w.language}>{languageName(language)}</Fact>}
        {zone && (
          <Fact term={w.timeZone}>
            <span>
              <bdi dir="ltr">{zone.replaceAll('_', ' ')}</bdi>
              {there && ` · ${w.timeThere(there)}`}
            </span>
          </Fact>
        )}
        {known.map(({ attribute, value }) => (
          <Fact key={attribute.key} term={attribute.name}>
            {attribute.type === 'link' && isLink(value) ? (
              <a href={value} target="_blank" rel="noopener noreferrer">
                <bdi dir="ltr">{value}</bdi>
              </a>
            ) : (
              <bdi>{valueText(attribute, value)}</bdi>
            )}
          </Fact>
        ))}
      </dl>
      {by && at && (
        <p className={own.aside}>
          <time dateTime={at}>{w.changedBy(by.user_id === userId ? null : (by.name ?? w.somebody), fullTime(at))}</time>
        </p>
      )}
    </>
  );
}
