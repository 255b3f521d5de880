import { useSyncExternalStore } from 'react';
import { getSettings, type Settings, subscribeSettings } from '../lib/settings';

export const useSettings = (): Settings => useSyncExternalStore(subscribeSettings, getSettings);
