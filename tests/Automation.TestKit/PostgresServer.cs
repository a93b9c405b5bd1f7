using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Automation.TestKit;

/// <summary>A PostgreSQL server of our own for one test assembly, started when the first test asks and gone with the process. Each test takes a database.</summary>
/// <remarks>PostgreSQL refuses to run as root: it then runs as the package's own user.</remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The password of <c>postgres</c> over TCP; over the socket none is asked for.</summary>
    public const string Password = "socket knows no pass word";

    private const string Package = "postgresql";

    private readonly SemaphoreSlim _starting = new(1);
    private readonly StringBuilder _output = new();
    private TempFolder? _folder;
    private Process? _process;
    private int _databases;

    /// <summary>Loopback port.</summary>
    public int Port { get; private set; }

    /// <summary>A new database, as a connection string over the server's socket.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        await StartAsync();
        string name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await RunAsync(Binary("createdb"), "-h", _folder!.Path, "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", name);
        return $"Host={_folder.Path};Port={Port};Username=postgres;Database={name}";
    }

    /// <summary>Stops as a power cut would, and starts again on the same files.</summary>
    public async Task CrashAsync()
    {
        await StopAsync();
        await LaunchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder?.Dispose();
        _starting.Dispose();
    }

    private async Task StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_process is not null) return;
            _folder = new TempFolder();
            Port = FreePort.Next();
            string passwordFile = _folder.File("password");
            await File.WriteAllTextAsync(passwordFile, Password);
            if (Environment.IsPrivilegedProcess) await RunAsync("chown", "-R", "postgres", _folder.Path);
            await RunAsync([.. AsUser, Binary("initdb"), "-D", _folder.File("cluster"), "-U", "postgres", "-A", "trust", "--auth-host=scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--locale=C", "--no-sync"]);
            await LaunchAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task LaunchAsync()
    {
        // The shell ends the server when our end of its input goes, however this process ends. fsync is the system's business, not these tests'.
        string[] server =
        [
            .. AsUser, Binary("postgres"), "-D", _folder!.File("cluster"), "-k", _folder.Path, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1",
            "-c", "fsync=off", "-c", "max_connections=200", "-c", "shared_buffers=32MB",
        ];
        _process = Peer.Start("/bin/sh", ["-c", "\"$@\" & pid=$!; cat >/dev/null; kill -QUIT $pid; wait $pid", "sh", .. server], (_, e) =>
        {
            lock (_output) _output.AppendLine(e.Data);
        });
        string ready = Binary("pg_isready");
        await Until.True(() => Run([ready, "-q", "-h", _folder.Path, "-p", Port.ToString(CultureInfo.InvariantCulture)]).ExitCode == 0 || _process.HasExited, () => _output.ToString());
    }

    private async Task StopAsync()
    {
        if (_process is null) return;
        _process.StandardInput.Close();
        await Until.Done(_process.WaitForExitAsync());
        _process.Dispose();
        _process = null;
    }

    private static string[] AsUser => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    private static string Binary(string name)
    {
        // Debian keeps the server's programs out of the path, by version.
        string? folder = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Where(d => File.Exists(Path.Combine(d, "bin", "initdb"))).MaxBy(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out int version) ? version : 0)
            : null;
        return folder is null ? Peer.Find(name, Package) : Path.Combine(folder, "bin", name);
    }

    private static async Task RunAsync(params string[] command)
    {
        (int code, string text) = await Task.Run(() => Run(command));
        Assert.True(code == 0, $"{string.Join(' ', command)}: {text}");
    }

    private static (int ExitCode, string Text) Run(string[] command)
    {
        var info = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach (string argument in command.Skip(1)) info.ArgumentList.Add(argument);
        using Process process = Process.Start(info)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }
}
