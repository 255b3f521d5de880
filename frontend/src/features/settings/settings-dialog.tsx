import { Dialog } from '../../components/dialog';
import { DialogBar } from '../../components/dialog-bar';
import { useSettings } from '../../hooks/settings';
import { changeLanguage, type Language, language } from '../../lib/language';
import { numberName } from '../../lib/names';
import { turnOnNotifications } from '../../lib/permission';
import { AFTER_RESOLVE, type AfterResolve, changeSettings, THEMES, type Theme } from '../../lib/settings';
import { chime } from '../../lib/sound';
import type { PhoneNumber } from '../../lib/types';
import { u } from '../../words/user-en';
import styles from './settings-dialog.module.css';

// Each in its own words, so that whoever has come upon the wrong one finds the way back.
const LANGUAGES: [Language, string][] = [
  ['en', 'English'],
  ['ar', 'العربية'],
];
const DEVICE = '';

interface Props {
  numbers: PhoneNumber[];
  onClose: () => void;
}

export default function SettingsDialog({ numbers, onClose }: Props) {
  const settings = useSettings();
  return (
    <Dialog label={u.settings.heading} onClose={onClose}>
      <DialogBar heading={u.settings.heading} onClose={onClose} />
      <p className={styles.hint}>{u.settings.hint}</p>
      <fieldset className={styles.group}>
        <legend>{u.settings.sendWith}</legend>
        {[true, false].map((value) => (
          <label key={String(value)} className={styles.line}>
            <input
              type="radio"
              name="send"
              checked={settings.enterSends === value}
              onChange={() => changeSettings({ enterSends: value })}
            />
            {value ? u.settings.enterSends : u.settings.commandSends}
          </label>
        ))}
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{u.settings.appearance}</legend>
        <Choice
          label={u.settings.language}
          value={language}
          options={LANGUAGES}
          onChange={(value) => changeLanguage(value as Language)}
        />
        <Choice
          label={u.settings.theme}
          value={settings.theme}
          options={THEMES.map((theme) => [theme, u.settings.themes[theme]])}
          onChange={(value) => changeSettings({ theme: value as Theme })}
        />
        <Choice
          label={u.settings.timeZone}
          value={settings.timeZone ?? DEVICE}
          options={timeZones()}
          onChange={(value) => {
            changeSettings({ timeZone: value === DEVICE ? null : value });
            // Every time on the page is another one.
            location.reload();
          }}
        />
        <Choice
          label={u.settings.afterResolve}
          value={settings.afterResolve}
          options={AFTER_RESOLVE.map((then) => [then, u.settings.afterResolves[then]])}
          onChange={(value) => changeSettings({ afterResolve: value as AfterResolve })}
        />
        <Check
          label={u.settings.compactRows}
          isOn={settings.compactRows}
          onChange={(compactRows) => changeSettings({ compactRows })}
        />
        <Check
          label={u.settings.singleKeys}
          isOn={settings.singleKeys}
          onChange={(singleKeys) => changeSettings({ singleKeys })}
        />
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{u.settings.notifications}</legend>
        <Check
          label={u.settings.desktop}
          isOn={settings.desktopNotifications}
          onChange={(isOn) => (isOn ? void turnOnNotifications() : changeSettings({ desktopNotifications: false }))}
        />
        <Check
          label={u.menu.sound}
          isOn={settings.sound}
          onChange={(sound) => {
            changeSettings({ sound });
            if (sound) chime(settings.volume);
          }}
        />
        <label className={styles.line}>
          {u.settings.volume}
          <input
            type="range"
            min={0}
            max={1}
            step={0.1}
            value={settings.volume}
            disabled={!settings.sound}
            onChange={(event) => changeSettings({ volume: event.target.valueAsNumber })}
            onPointerUp={() => chime(settings.volume)}
          />
        </label>
        {numbers.map((number) => {
          const id = number.phone_number_id;
          const others = settings.mutedNumbers.filter((muted) => muted !== id);
          return (
            <Check
              key={id}
              label={u.settings.mute(numberName(number))}
              isOn={settings.mutedNumbers.includes(id)}
              onChange={(isOn) => changeSettings({ mutedNumbers: isOn ? [...others, id] : others })}
            />
          );
        })}
      </fieldset>
    </Dialog>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label className={styles.choice}>
      <span>{label}</span>
      <select className={styles.select} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function timeZones(): [string, string][] {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const named = Intl.supportedValuesOf('timeZone').map((zone): [string, string] => [zone, zone.replaceAll('_', ' ')]);
  return [[DEVICE, u.settings.deviceZone(own.replaceAll('_', ' '))], ...named];
}

function Check({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label className={styles.line}>
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}
