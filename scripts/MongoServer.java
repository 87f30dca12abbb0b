import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;

/**
 * Runs mongo-java-server. Arguments: data file, host, port. The library's own main class always uses port 27017, and writes to
 * the file up to a second after it has responded.
 */
class MongoServer {
  public static void main(String[] arguments) {
    var backend = new H2Backend(arguments[0]) {
      /** Writes to the file before each response, like a server with a journal: killing it loses nothing. */
      @Override
      public Document handleMessage(MongoMessage message) {
        var response = super.handleMessage(message);
        commit();
        return response;
      }
    };
    var server = new de.bwaldvogel.mongo.MongoServer(backend);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    try {
      server.bind(arguments[1], Integer.parseInt(arguments[2]));
    } catch (Exception error) {
      error.printStackTrace();
      System.exit(1);
    }
  }
}
