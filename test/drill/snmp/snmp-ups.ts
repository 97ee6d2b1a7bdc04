import { createSocket, type Socket } from 'node:dgram';
import { UpsDevice, type UpsDeviceProps } from '../ups-device';
import type { UpsOptions } from '../ups-output';
import { type CardModel, SnmpCard } from './card';

export interface SnmpUpsProps extends UpsOptions, UpsDeviceProps {
  /** Its IPv4 address, which this host has. */
  readonly address: string;
  readonly model: CardModel;
}

/** A UPS with a network card, which snmp-ups can reach. */
export class SnmpUps extends UpsDevice {
  private readonly card: SnmpCard;
  private socket: Socket | undefined;

  constructor(private readonly props: SnmpUpsProps) {
    const card = new SnmpCard(props.model, props);
    super(props, card);
    this.card = card;
  }

  override async start(): Promise<void> {
    const socket = createSocket('udp4');
    this.socket = socket;
    socket.on('message', (bytes, { address, port }) => {
      const answer = this.receive(() => this.card.handle(bytes, this.now()));
      if (answer !== undefined) socket.send(answer, port, address);
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(161, this.props.address, resolve);
    });
    await super.start();
  }

  override async stop(): Promise<void> {
    await super.stop();
    this.socket?.close();
  }
}
