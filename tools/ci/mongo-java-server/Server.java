import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** Serves MongoDB's protocol from memory on a free loopback port, which it prints, until its stdin closes. */
class Server {
  /** The library's own MONGO_5_0 announces wire version 8, with which current drivers no longer talk. */
  private static class Version implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 13;
    }
  }

  public static void main(String[] arguments) throws Exception {
    MemoryBackend backend = new MemoryBackend();
    backend.version(new Version());
    MongoServer server = new MongoServer(backend);
    System.out.println(server.bindAndGetConnectionString());
    while (System.in.read() >= 0);
    server.shutdownNow();
  }
}
