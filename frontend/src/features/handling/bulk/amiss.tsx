import { Link } from 'wouter';
import { Button } from '../../../components/button';
import { Some } from '../../../components/some';
import { useConversation } from '../../../hooks/conversations';
import { lookUp } from '../../../lib/lookup';
import { customerName } from '../../../lib/names';
import { b } from '../../../words/bulk-en';
import { t } from '../../../words/en';
import styles from './bulk.module.css';
import { useAmiss } from './endpoints';

// So many are seen at a glance.
const FIRST = 5;

/** Those that were left as they were, by why. */
export function Amiss({ jobId, count, hrefOf }: { jobId: string; count: number; hrefOf: (id: string) => string }) {
  const amiss = useAmiss(jobId);
  if (amiss.isPending) return <p role="status">{t.loading}</p>;
  if (amiss.isError)
    return (
      <p role="alert">
        {amiss.error.message}{' '}
        <Button kind="link" onClick={() => void amiss.refetch()}>
          {t.retry}
        </Button>
      </p>
    );
  const reasons = [...new Set(amiss.data.map((item) => item.reason ?? ''))];
  return (
    <div className={styles.amiss}>
      {reasons.map((reason) => (
        <div key={reason}>
          <p>{whyOf(reason)}</p>
          <ul aria-label={whyOf(reason)}>
            <Some items={amiss.data.filter((item) => (item.reason ?? '') === reason)} first={FIRST}>
              {(shown) =>
                shown.map(({ conversation_id: id }) => (
                  <li key={id}>
                    <Named id={id} href={hrefOf(id)} />
                  </li>
                ))
              }
            </Some>
          </ul>
        </div>
      ))}
      {count > amiss.data.length && <p>{b.further(count - amiss.data.length)}</p>}
    </div>
  );
}

const whyOf = (reason: string): string => lookUp(b.reasons as Record<string, string>, reason) ?? b.otherReason;

/** Where it can still be seen, it is led to. */
function Named({ id, href }: { id: string; href: string }) {
  const { data, isError } = useConversation(id);
  if (isError) return <>{b.unseen}</>;
  return data ? (
    <Link href={href}>
      <bdi>{customerName(data)}</bdi>
    </Link>
  ) : (
    <>…</>
  );
}
