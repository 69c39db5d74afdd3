import { countConnections } from './established-connections';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 0200007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 2 1
   2: 0100007F:1F90 0200007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 3 1
   3: 0700007F:9C41 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4 1
   4: 0700007F:9C42 0100007F:1F90 06 00000000:00000000 00:00000000 00000000     0        0 5 1
   5: 0200007F:9C43 0100007F:1F91 01 00000000:00000000 00:00000000 00000000     0        0 6 1
`;

const CANDIDATES = ['127.0.0.2', '127.0.0.7'];

test('each established connection of the addresses to the ports is counted once, at its client', () => {
  expect(countConnections(TABLE, [0x1f90], CANDIDATES)).toEqual(
    new Map([
      ['127.0.0.2', 1],
      ['127.0.0.7', 1],
    ]),
  );
  expect(countConnections(TABLE, [0x1f90, 0x1f91], CANDIDATES).get('127.0.0.2')).toBe(2);
  expect(countConnections(TABLE, [0x1f90], ['127.0.0.7']).has('127.0.0.2')).toBe(false);
});
