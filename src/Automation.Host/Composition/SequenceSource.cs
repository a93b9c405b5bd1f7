using Automation.Host.Storage;

namespace Automation.Host.Composition;

/// <summary>Numbers a site's inputs. Numbers are reserved on disk in blocks, so that after a crash none is given twice: cause ids name things for ever.</summary>
internal sealed class SequenceSource(string site, IHostStore store)
{
    private const int Block = 100_000;

    private long _next;
    private long _end;

    public long Next()
    {
        if (_next == _end)
        {
            _next = store.ReserveSequence(site, Block);
            _end = _next + Block;
        }

        return _next++;
    }
}
