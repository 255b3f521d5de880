/** The settings that the server wrote into the page's data block: where people sign in. */
export interface Configuration {
  sandbox_url: string | null;
  supabase_url: string | null;
  supabase_anon_key: string | null;
}

export function readConfiguration(root: Document = document): Configuration {
  const block = root.getElementById('livechat-configuration');
  const given: unknown = JSON.parse(block?.textContent || '{}');
  const text = (name: string): string | null => {
    const value = typeof given === 'object' && given !== null ? Reflect.get(given, name) : null;
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return {
    sandbox_url: text('sandbox_url'),
    supabase_url: text('supabase_url'),
    supabase_anon_key: text('supabase_anon_key'),
  };
}
