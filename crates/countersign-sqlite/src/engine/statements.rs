//! The prepared statements of one connection.

use rusqlite::{Connection, Params, Result, Row, Statement};

/// A connection, and the statements that were prepared on it.
pub(crate) struct Statements<'c> {
    connection: &'c Connection,
    prepared: Vec<(&'static str, Statement<'c>)>,
}

impl<'c> Statements<'c> {
    pub(crate) fn new(connection: &'c Connection) -> Self {
        Self { connection, prepared: Vec::new() }
    }

    /// Returns the connection, for statements that are not prepared.
    pub(crate) fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Returns the statements that were prepared.
    #[cfg(test)]
    pub(crate) fn texts(&self) -> Vec<&'static str> {
        self.prepared.iter().map(|(sql, _)| *sql).collect()
    }

    /// Executes a statement. Returns the number of rows that it changed.
    pub(crate) fn execute(&mut self, sql: &'static str, params: impl Params) -> Result<usize> {
        self.get(sql)?.execute(params)
    }

    /// Queries the first row, if there is one. A statement that changes rows has changed all of
    /// them before it returns the first one.
    pub(crate) fn row<T>(
        &mut self,
        sql: &'static str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let statement = self.get(sql)?;
        let mut rows = statement.query(params)?;
        rows.next()?.map(read).transpose()
    }

    /// Queries all rows.
    pub(crate) fn rows<T>(
        &mut self,
        sql: &'static str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.get(sql)?.query_map(params, read)?.collect()
    }

    /// Returns the prepared statement. There are few, so that a list is fast enough.
    fn get(&mut self, sql: &'static str) -> Result<&mut Statement<'c>> {
        let place = match self.prepared.iter().position(|(known, _)| *known == sql) {
            Some(place) => place,
            None => {
                self.prepared.push((sql, self.connection.prepare(sql)?));
                self.prepared.len() - 1
            }
        };
        Ok(&mut self.prepared[place].1)
    }
}
