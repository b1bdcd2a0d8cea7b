/** Light or dark: the viewer's preference, a switch that overrides it, and light on paper. */
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';

type Choice = 'auto' | 'light' | 'dark';
const CHOICES: readonly Choice[] = ['auto', 'light', 'dark'];

/** The colours that canvas code draws with, resolved from the variables of style.css. */
export interface Theme {
  readonly isDark: boolean;
  readonly ink: string;
  readonly paper: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  readonly good: string;
  readonly bad: string;
  /** Colours of series and kinds, to be used in this order. */
  readonly series: readonly string[];
  readonly font: string;
}

interface Setting {
  readonly theme: Theme;
  readonly choice: Choice;
  readonly choose: (choice: Choice) => void;
}

const SERIES = 8;
const Context = createContext<Setting | undefined>(undefined);

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    isDark: read('dark') === '1',
    ink: read('ink'), paper: read('paper'), muted: read('muted'), line: read('line'), accent: read('accent'), good: read('good'), bad: read('bad'),
    series: Array.from({ length: SERIES }, (_, i) => read(`c${i + 1}`)),
    font: `12px ${read('font')}`,
  };
}

export function ThemeProvider({ children }: { readonly children: ComponentChildren }) {
  const [choice, setChoice] = useState<Choice>('auto');
  const [theme, setTheme] = useState(readTheme);
  function choose(wanted: Choice): void {
    document.documentElement.dataset.theme = wanted;
    setChoice(wanted);
    setTheme(readTheme());
  }
  useEffect(() => {
    const refresh = () => setTheme(readTheme());
    const queries = [matchMedia('(prefers-color-scheme: dark)'), matchMedia('print')];
    for (const query of queries) query.addEventListener('change', refresh);
    return () => {
      for (const query of queries) query.removeEventListener('change', refresh);
    };
  }, []);
  return <Context.Provider value={{ theme, choice, choose }}>{children}</Context.Provider>;
}

function useSetting(): Setting {
  const setting = useContext(Context);
  if (setting === undefined) throw new Error('outside of ThemeProvider');
  return setting;
}

/** Returns the colours to draw with. The component renders again when they change. */
export function useTheme(): Theme {
  return useSetting().theme;
}

export function ThemeSwitch() {
  const { choice, choose } = useSetting();
  return (
    <label class="theme">
      Colours{' '}
      <select value={choice} onChange={({ currentTarget }) => choose(currentTarget.value as Choice)}>
        {CHOICES.map((each) => <option key={each} value={each}>{each === 'auto' ? 'as the system' : each}</option>)}
      </select>
    </label>
  );
}
