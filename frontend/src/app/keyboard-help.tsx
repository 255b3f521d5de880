import { Dialog } from '../components/dialog';
import { DialogBar } from '../components/dialog-bar';
import { useSettings } from '../hooks/settings';
import { changeSettings } from '../lib/settings';
import { keyboard } from '../words/keyboard-en';
import { u } from '../words/user-en';
import styles from './keyboard-help.module.css';

export default function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const { enterSends, singleKeys } = useSettings();
  const rows = [...(enterSends ? keyboard.enterSends : keyboard.commandSends), ...keyboard.rows];
  return (
    <Dialog label={u.menu.keyboard} onClose={onClose}>
      <DialogBar heading={u.menu.keyboard} onClose={onClose} />
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
        {u.settings.singleKeys}
      </label>
    </Dialog>
  );
}
