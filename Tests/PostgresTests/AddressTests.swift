//  Addresses of databases: what is taken, what is refused, and that no message has a password in it.

import Testing

@testable import Postgres

@Suite struct AddressTests {
    @Test(arguments: ["postgres://", "postgres://h/d", "postgresql://u@h", "service=reports", "host=h dbname=d"])
    func anAddressIsOne(_ text: String) throws {
        #expect(PostgresAddress.isAddress(text))
        _ = try PostgresAddress(text)
    }

    @Test(arguments: ["2022-04-01", "20220401", "reports", "", "http://h/d", "sales.csv"])
    func whatIsNoAddress(_ text: String) { #expect(!PostgresAddress.isAddress(text)) }

    @Test func libpqReadsTheParts() throws {
        let uri = try PostgresAddress("postgres://me:s%2Fe%40cret@db.example:5433/sales?sslmode=require")
        #expect(
            uri.settings["user"] == "me" && uri.settings["host"] == "db.example" && uri.settings["port"] == "5433"
                && uri.settings["dbname"] == "sales" && uri.settings["sslmode"] == "require")
        #expect(uri.secrets == ["s/e@cret"])
        let words = try PostgresAddress("host=db.example password='my secret' dbname = sales")
        #expect(words.secrets == ["my secret"] && words.settings["dbname"] == "sales")
        let question = try PostgresAddress("postgres://me:a?b=c@db/sales")
        #expect(question.secrets == ["a?b=c"] && question.settings["host"] == "db")
    }

    /// Every one has the word "hush" in the place of a password, and libpq cannot read it or cuts it in the wrong place.
    @Test(arguments: [
        "postgres://me:hush/hush@db/sales", "postgres://me:hush@hush@db/sales", "postgres://me:hush?a@hush@db/sales",
        "postgres://me:12/hush@db/sales", "postgres://me:%zzhush@db/sales", "postgres://me:hush%00hush@db/sales",
        "postgres://me:a@b/hush@db/sales", "postgres://me@[hush/sales",
        "postgres://me:hush", "postgres://db:hush/sales", "postgres://me:hush\"hush%@db", "password=my hush",
        "password='hush", "password=x hush", "hush=hush", "host=db pasword=hush", "port=hush",
        "postgres://me@db:99999/hush",
    ])
    func whatCannotBeReadIsRefusedWithoutAWordOfIt(_ text: String) {
        #expect(PostgresAddress.isAddress(text))
        do throws(PostgresError) {
            _ = try PostgresAddress(text)
            Issue.record("\(text) was taken")
        } catch {
            guard case .address = error else {
                Issue.record("\(error)")
                return
            }
            #expect(!"\(error)".contains("hush"), "\(error)")
        }
    }

    @Test func aMessageLosesItsPasswords() {
        #expect(Masked.text("no hush or hushed", ["hush", "", "hushed"]) == "no … or …")
        #expect(Masked.text("nothing", []) == "nothing")
        #expect(
            Masked.addresses(in: "a\nunexpected 'postgres://me:h@u/sh@db/sales' there")
                == "a\nunexpected 'postgres://…@db/sales' there")
        #expect(Masked.addresses(in: "not postgres://db/sales") == "not postgres://db/sales")
        #expect(Masked.addresses(in: "'host=db password=hush hush'") == "'host=db password=…")
    }

    @Test func aServerThatIsNotThereIsSaidWithoutThePassword() throws {
        let address = try PostgresAddress("postgres://me:hush@127.0.0.1:1/sales")
        do throws(PostgresError) {
            _ = try PostgresConnection(address, environment: [:])
            Issue.record("there is a server on port 1")
        } catch {
            guard case .connecting(let message) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(message.contains("127.0.0.1") && !message.contains("hush"), "\(message)")
        }
    }

    @Test func namesAndTextsAreQuoted() {
        #expect(SQLText.name("TVDuration") == "\"TVDuration\"")
        #expect(SQLText.name("a\"b\"") == "\"a\"\"b\"\"\"")
        #expect(SQLText.literal("it's \\ 'so'") == "'it''s \\ ''so'''")
        #expect(SQLText.name("") == "\"\"")
    }
}
