/** The documentation site: `npm run docs:build` writes it to docs/.vitepress/dist, without the network. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type DefaultTheme } from 'vitepress';

const DOCS = join(import.meta.dirname, '..');
/** Written by TypeDoc (`npm run docs:api`). */
const API_SIDEBAR = join(DOCS, 'reference/api/typedoc-sidebar.json');

const ON_GITHUB = /https:\/\/github\.com\/sweepgen\/sweepgen\/blob\/main\/docs\/([\w/-]+)\.md/g;

const page = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link });

const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: 'Tutorials',
    items: [
      page('Explore your own code', '/tutorials/own-code'),
      page('Stress: break the collector', '/tutorials/stress'),
      page('Measure: mark time by threads', '/tutorials/measure'),
      page('Explore: find a race', '/tutorials/explore'),
      page('Build a collector', '/tutorial-collector'),
    ],
  },
  {
    text: 'How to',
    items: [
      page('Write a workload', '/how-to/write-a-workload'),
      page('Explore your own code', '/how-to/explore-your-own-code'),
      page('Write a scenario', '/how-to/write-a-scenario'),
      page('Understand a failure', '/how-to/understand-a-failure'),
      page('Run a campaign', '/how-to/run-a-campaign'),
      page('Run a campaign on many machines', '/campaigns'),
      page('Read a report', '/how-to/read-a-report'),
      page('Measure scaling', '/how-to/measure-scaling'),
      page('Predict mark time', '/how-to/predict-mark-time'),
      page('Look at a timeline', '/how-to/look-at-a-timeline'),
      page('Use heap dumps', '/how-to/use-heap-dumps'),
      page('Find what retains memory', '/how-to/find-what-retains-memory'),
      page('Profile memory', '/how-to/profile-memory'),
      page('See the heap', '/how-to/see-the-heap'),
      page('Debug a workload', '/how-to/debug-a-workload'),
      page('Use the older collectors', '/older-collectors'),
    ],
  },
  {
    text: 'Reference',
    items: [
      page('Commands', '/reference/cli'),
      page('Exit codes', '/reference/exit-codes'),
      page('Terminal, streams, signals', '/reference/terminal'),
      page('Workloads, scenarios, strategies', '/reference/catalog'),
      page('Mutants', '/reference/mutants'),
      page('Toolkit of a workload', '/reference/toolkit'),
      page('Columns and flags of scale', '/reference/scale'),
      page('JSON documents', '/json'),
      page('File formats', '/reference/file-formats'),
      page('Heap dump formats', '/reference/heap-formats'),
      page('Memory map', '/memory-map'),
      page("Go's names", '/reference/go-map'),
      { text: 'API of the library', link: '/reference/api/', collapsed: true, items: apiSidebar() },
      page('Glossary', '/glossary'),
    ],
  },
  {
    text: 'Explanation',
    items: [
      page('Architecture', '/explanation/architecture'),
      page('Memory model', '/explanation/memory-model'),
      page('Litmus tests', '/explanation/litmus'),
      page('Exploration', '/explanation/exploration'),
      page("The model's physics", '/explanation/model'),
      page('Types and GC programs', '/explanation/types'),
      page('The collectors', '/collectors'),
      page('Departures from Go', '/explanation/departures'),
      page('Performance', '/explanation/performance'),
    ],
  },
];

function apiSidebar(): DefaultTheme.SidebarItem[] {
  return existsSync(API_SIDEBAR) ? (JSON.parse(readFileSync(API_SIDEBAR, 'utf8')) as DefaultTheme.SidebarItem[]) : [];
}

export default defineConfig({
  title: 'sweepgen',
  description: "Go's memory allocator and parallel collector of 2010 to 2014 on Node worker threads",
  cleanUrls: true,
  lastUpdated: false,
  // Examples are copied as they are; the API exists only after `npm run docs:api`.
  ignoreDeadLinks: [/\/examples\//, ...(existsSync(API_SIDEBAR) ? [] : [/\/reference\/api\//])],
  // Pages that the npm package leaves out are linked on GitHub; on the site they are local.
  vite: {
    plugins: [{
      name: 'local-pages',
      enforce: 'pre',
      transform: (text, id) => (id.endsWith('.md') ? text.replace(ON_GITHUB, '/$1.md') : undefined),
    }],
  },
  buildEnd: ({ outDir }) => cpSync(join(DOCS, 'examples'), join(outDir, 'examples'), { recursive: true }),
  themeConfig: {
    nav: [
      { text: 'Tutorials', link: '/tutorials/stress' },
      { text: 'How to', link: '/how-to/write-a-workload' },
      { text: 'Reference', link: '/reference/cli' },
      { text: 'Explanation', link: '/explanation/architecture' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: 'https://github.com/sweepgen/sweepgen' }],
  },
});
