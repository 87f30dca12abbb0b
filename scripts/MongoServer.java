import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;

/**
 * mongo-java-server with its data in the file of the first argument, on the host and port of the second and third. Its own
 * main class knows port 27017 only, and writes to the file a second after it has answered.
 */
class MongoServer {
  public static void main(String[] arguments) {
    var backend = new H2Backend(arguments[0]) {
      /** What was acknowledged is in the file, as with a server that keeps a journal: who kills this one loses nothing. */
      @Override
      public Document handleMessage(MongoMessage message) {
        var answer = super.handleMessage(message);
        commit();
        return answer;
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
