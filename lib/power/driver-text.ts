import type { DriverFacts } from './drivers';

/** Values of offdelay. */
export const offDelayText = ({ granularitySeconds, longestOffDelaySeconds }: DriverFacts): string =>
  `${granularitySeconds === 1 ? 'seconds' : `steps of ${granularitySeconds} s`}${longestOffDelaySeconds ? `, at most ${longestOffDelaySeconds} s` : ''}`;

/** Unit and start of ondelay. */
export const onDelayText = ({ onDelayUnitSeconds, onDelayFrom }: DriverFacts): string =>
  `${onDelayUnitSeconds === 1 ? 'seconds' : 'minutes'} from the ${onDelayFrom}`;

/** What else a person has to know, in Markdown. */
export const driverRemarks = ({
  delayDivisor,
  returnArgument,
  onBatteryOnly,
  restoresWithoutMains,
  runtimeOption,
}: DriverFacts): string[] => [
  ...(delayDivisor ? [`writes both delays divided by ${delayDivisor}: synth multiplies them`] : []),
  ...(returnArgument === 'delay' ? ['refuses `shutdown.return` without the delay: the scripts send it'] : []),
  ...(typeof returnArgument === 'number' ? [`the scripts send \`shutdown.return ${returnArgument}\``] : []),
  ...(onBatteryOnly
    ? ['`shutdown.return` works on battery only: nodes stay off if mains power returns before it is sent']
    : []),
  ...(restoresWithoutMains
    ? [
        'some models restore the output `ondelay` after the command, also without mains power. With 0 they wait for it, with -1 they never restore it',
      ]
    : []),
  ...(runtimeOption ? [`computes \`battery.runtime\` only with \`${runtimeOption}\``] : []),
];
