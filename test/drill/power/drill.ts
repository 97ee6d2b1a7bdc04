import type { Drill } from '../drill';
import { notesControl, notesWithHealthyUps } from './control';
import { lowBattery } from './low-battery';
import { muteAtShutdown, muteUps } from './mute';
import { restarts } from './restarts';
import { wrongPassword } from './wrong-password';

/** A power failure, with real NUT and a UPS that really cuts its load. */
export const powerDrill: Drill = {
  name: 'power',
  summary: 'the mains fail: every machine powers itself off, and the UPS cuts and restores the load',
  programs: [
    { name: 'upsd', debianPackage: 'nut-server' },
    { name: 'upsdrvctl', debianPackage: 'nut-server' },
    { name: 'upsmon', debianPackage: 'nut-client' },
    { name: 'upscmd', debianPackage: 'nut-client' },
    { name: 'upsc', debianPackage: 'nut-client' },
    { name: 'socat', debianPackage: 'socat' },
    { name: 'pkill', debianPackage: 'procps' },
  ],
  scenarios: [
    { name: 'low-battery', summary: 'low battery, all machines down, load cut, mains back', run: lowBattery },
    { name: 'mute', summary: 'the UPS stops answering while on battery', run: muteUps },
    { name: 'mute-late', summary: 'the UPS stops answering in the moment of the shutdown', run: muteAtShutdown },
    {
      name: 'restarts',
      summary: 'a short failure, a dead driver, an upsmon that dies before and after the flag',
      run: restarts,
    },
    { name: 'wrong-password', summary: 'one machine has an old password', run: wrongPassword },
    {
      name: 'notes-control',
      summary: 'the configuration of the notes at a UPS that stops answering, which has to fail',
      run: notesControl,
    },
    {
      name: 'notes-healthy',
      summary: 'the same at a UPS that goes on answering, which has to pass',
      run: notesWithHealthyUps,
    },
  ],
};
