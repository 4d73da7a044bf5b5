/** Another process that works on a SQLite database: it holds it, on whatever its parent says, until it is told to let go. */
import Libsql from 'libsql';

const [, , file] = process.argv;
const database = new Libsql(file);

process.on('message', (sql) => {
  database.exec(sql);
  process.send('done');
});
process.on('disconnect', () => process.exit());
process.send('ready');
