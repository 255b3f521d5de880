import { Dialog } from '../components/dialog';
import { DialogBar } from '../components/dialog-bar';
import { useSettings } from '../hooks/settings';
import { changeSettings } from '../lib/settings';
import { t } from '../messages/en';
import styles from './keyboard-help.module.css';

export default function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const { enterSends, singleKeys } = useSettings();
  const rows = [...(enterSends ? t.keyboard.enterSends : t.keyboard.commandSends), ...t.keyboard.rows];
  return (
    <Dialog label={t.keyboard.heading} onClose={onClose}>
      <DialogBar heading={t.keyboard.heading} onClose={onClose} />
      <dl className={styles.list}>
        {rows.map(([combination, action]) => (
          <div key={combination} className={styles.row}>
            <dt>
              <kbd className={styles.key}>{combination}</kbd>
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
      <label className={styles.single}>
        <input
          type="checkbox"
          checked={singleKeys}
          onChange={(event) => changeSettings({ singleKeys: event.target.checked })}
        />
        {t.settings.singleKeys}
      </label>
    </Dialog>
  );
}
