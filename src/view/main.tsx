/** The page: reads the data block, and renders the report. */
import { render } from 'preact';
import { Report } from './report.tsx';
import type { ReportData } from './view.ts';

const data = JSON.parse(document.getElementById('sweepgen-data')!.textContent!) as ReportData;
const notices = document.getElementById('sweepgen-notices')!.textContent!;
const root = document.getElementById('report')!;
root.replaceChildren();
render(<Report data={data} notices={notices} />, root);
